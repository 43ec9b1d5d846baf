"""Whether more events of the orders that were published are about to come."""

from collections.abc import Iterable
from uuid import UUID

from pedidos.domain.order import IN_FLIGHT
from pedidos.storage.event_log.events import LoggedEvent

MOST = 1000
"""Orders that are kept. With more of them there is so much traffic that the relay does not come to rest anyway."""

_MOVING = frozenset(status.value for status in IN_FLIGHT)


class Awaited:
    """True while one of the orders, by its newest event, is still to be moved by the platform."""

    def __init__(self) -> None:
        self._orders: set[UUID] = set()

    def __bool__(self) -> bool:
        return bool(self._orders)

    def note(self, events: Iterable[LoggedEvent]) -> None:
        """Takes in events that were published, in the order of the log."""
        for event in events:
            if event.status in _MOVING:
                self._orders.add(event.order_id)
            else:
                self._orders.discard(event.order_id)
        if len(self._orders) > MOST:
            self._orders.clear()
