"""One bad order never fails the rest of its batch."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from pedidos.storage.engine import UNAVAILABLE


def isolated(
    step: Callable[[Sequence[UUID]], Iterator[list[UUID]]],
    order_ids: Sequence[UUID],
    on_bad: Callable[[UUID, Exception], None],
) -> Iterator[list[UUID]]:
    """What the step yields for these orders. If it fails on them it is done for each half, down to the one at fault.

    Steps are transactions, so a failed one has changed nothing and can be done again. A database that is away is
    nobody's fault: that is raised as it is.
    """
    try:
        yield from step(order_ids)
    except UNAVAILABLE:
        raise
    except Exception as error:  # noqa: BLE001  # whatever an order can provoke: it is reported with the order's id
        if len(order_ids) == 1:
            on_bad(order_ids[0], error)
            return
        middle = len(order_ids) // 2
        yield from isolated(step, order_ids[:middle], on_bad)
        yield from isolated(step, order_ids[middle:], on_bad)
