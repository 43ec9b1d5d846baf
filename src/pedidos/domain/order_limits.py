"""How much one account may order, so that it cannot use up what all customers share."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from pedidos.domain.scheduling import MOST_SCHEDULED

SHARE = 4
"""An account that uses at most this part of each limit is quiet, and its orders need not be counted exactly. So this
number of api processes, each of which places one batch at a time, cannot exceed a limit together. Each further process
can exceed it by the same part, if all place orders of the account at the same moment."""

MINUTE_SECONDS = 60.0
UNPAID_AGAIN_SECONDS = 10.0
"""When to try again if unpaid orders are in the way. Most orders are paid within seconds."""


class Limit(StrEnum):
    """A limit of one account."""

    ORDERS_PER_MINUTE = "orders_per_minute"
    UNPAID_ORDERS = "unpaid_orders"
    UNPAID_UNITS = "unpaid_units"
    """Of one product."""
    SCHEDULED_ORDERS = "scheduled_orders"


@dataclass(frozen=True, slots=True)
class OrderLimits:
    """The limits of each account. unpaid_units: of one product, in all unpaid orders together. scheduled_orders: those
    that wait for their time, which do not count as unpaid before."""

    orders_per_minute: int
    unpaid_orders: int
    unpaid_units: int
    scheduled_orders: int = MOST_SCHEDULED

    def most(self, limit: Limit) -> int:
        """The value of the limit."""
        values = {
            Limit.ORDERS_PER_MINUTE: self.orders_per_minute,
            Limit.UNPAID_ORDERS: self.unpaid_orders,
            Limit.UNPAID_UNITS: self.unpaid_units,
            Limit.SCHEDULED_ORDERS: self.scheduled_orders,
        }
        return values[limit]


@dataclass(slots=True)
class Use:
    """What an account uses. recent: orders placed within the last minute, the oldest of them oldest_seconds ago.
    units: per product, in unpaid orders. scheduled: orders that wait for their time."""

    recent: int = 0
    oldest_seconds: float = 0.0
    unpaid: int = 0
    units: Counter[UUID] = field(default_factory=Counter)
    scheduled: int = 0

    def add(self, items: Iterable[tuple[UUID, int]], *, later: bool = False) -> None:
        """Counts one more order. later: it waits for its time."""
        self.recent += 1
        if later:
            self.scheduled += 1
            return
        self.unpaid += 1
        self.units.update(_units(items))

    def exceeded(self, items: Iterable[tuple[UUID, int]], limits: OrderLimits, *, later: bool = False) -> Limit | None:
        """The limit that the account would exceed with this order as well; None if it may place it."""
        if self.recent >= limits.orders_per_minute:
            return Limit.ORDERS_PER_MINUTE
        if later:
            return Limit.SCHEDULED_ORDERS if self.scheduled >= limits.scheduled_orders else None
        if self.unpaid >= limits.unpaid_orders:
            return Limit.UNPAID_ORDERS
        if any(self.units[product] + more > limits.unpaid_units for product, more in _units(items).items()):
            return Limit.UNPAID_UNITS
        return None

    def again_seconds(self, limit: Limit) -> float:
        """After how long the account may try again."""
        if limit is Limit.ORDERS_PER_MINUTE:
            return MINUTE_SECONDS - self.oldest_seconds
        return UNPAID_AGAIN_SECONDS


class OrderLimiter:
    """Tells which accounts are quiet. It remembers the orders of this process in the last one to two minutes."""

    def __init__(self, limits: OrderLimits) -> None:
        self.limits = limits
        self.quiet_orders = limits.unpaid_orders // SHARE
        self.quiet_units = limits.unpaid_units // SHARE
        self._quiet_recent = limits.orders_per_minute // SHARE
        self._began = -math.inf
        self._before: Counter[UUID] = Counter()
        self._now: Counter[UUID] = Counter()

    def busy(self, customer: UUID, more: int) -> bool:
        """Whether the customer, with this number of orders more, has placed too many in the last minute to be quiet."""
        return self._before[customer] + self._now[customer] + more > self._quiet_recent

    def note(self, customers: Iterable[UUID], now: float) -> None:
        """Remembers an order of each of these customers. now: in seconds; it never decreases."""
        if now - self._began > MINUTE_SECONDS:
            self._before = self._now if now - self._began < 2 * MINUTE_SECONDS else Counter()
            self._now, self._began = Counter(), now
        self._now.update(customers)


def too_many_units(items: Iterable[tuple[UUID, int]], limits: OrderLimits) -> list[UUID]:
    """The products of which this order alone has more units than an account may have in unpaid orders."""
    return [product for product, units in _units(items).items() if units > limits.unpaid_units]


def _units(items: Iterable[tuple[UUID, int]]) -> Counter[UUID]:
    units: Counter[UUID] = Counter()
    for product, quantity in items:
        units[product] += quantity
    return units
