"""Isolates the orders on which a step fails, so that the rest of their batch is processed."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from pedidos.errors import DatabaseUnavailable, Held

T = TypeVar("T")

ISOLATING_SECONDS = 5.0
"""Limit of the search for the orders at fault, if each try waits for a held lock."""


def isolated(
    step: Callable[[Sequence[UUID]], Iterator[T]],
    order_ids: Sequence[UUID],
    on_bad: Callable[[UUID, Exception], None],
    until: float | None = None,
) -> Iterator[T]:
    """Yields what the step yields for these orders. If the step fails, it runs for each half, down to the bad order.

    A step is a transaction, so a failed one has changed nothing and can be repeated. If the database is unavailable, no
    order is at fault: that error is raised as it is. All orders may need the same held lock. So from the time `until`
    (by default in ISOLATING_SECONDS), all orders that a held lock stops count as bad, without further tries.
    """
    until = time.monotonic() + ISOLATING_SECONDS if until is None else until
    try:
        yield from step(order_ids)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001  # any error that an order can cause is reported with its id
        if len(order_ids) == 1 or (isinstance(error, Held) and time.monotonic() > until):
            for order_id in order_ids:
                on_bad(order_id, error)
            return
        middle = len(order_ids) // 2
        yield from isolated(step, order_ids[:middle], on_bad, until)
        yield from isolated(step, order_ids[middle:], on_bad, until)
