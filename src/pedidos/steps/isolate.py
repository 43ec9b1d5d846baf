"""One bad order never fails the rest of its batch."""

import time
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from pedidos.errors import DatabaseUnavailable, Held

ISOLATING_SECONDS = 5.0
"""How long the orders at fault are searched for when each try waits for a lock that is held."""


def isolated(
    step: Callable[[Sequence[UUID]], Iterator[list[UUID]]],
    order_ids: Sequence[UUID],
    on_bad: Callable[[UUID, Exception], None],
    until: float | None = None,
) -> Iterator[list[UUID]]:
    """What the step yields for these orders. If it fails on them it is done for each half, down to the one at fault.

    Steps are transactions, so a failed one has changed nothing and can be done again. That the database
    is unavailable is no order's fault: that error is raised as it is. A lock that is held may be one that all orders
    need: from the moment until, by default in ISOLATING_SECONDS, all that are left count as bad.
    """
    until = time.monotonic() + ISOLATING_SECONDS if until is None else until
    try:
        yield from step(order_ids)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001  # whatever an order can provoke: it is reported with the order's id
        if len(order_ids) == 1 or (isinstance(error, Held) and time.monotonic() > until):
            for order_id in order_ids:
                on_bad(order_id, error)
            return
        middle = len(order_ids) // 2
        yield from isolated(step, order_ids[:middle], on_bad, until)
        yield from isolated(step, order_ids[middle:], on_bad, until)
