"""Decides whether an order can be accepted."""

from dataclasses import dataclass
from datetime import datetime

from pedidos.domain import reasons
from pedidos.domain.schedule import Closure, Interval, is_open
from pedidos.sentence import Sentence

MAX_TOTAL_CENTS = 1_000_000
MAX_LINES = 50
MAX_QUANTITY = 99


@dataclass(frozen=True, slots=True)
class MerchantFacts:
    active: bool
    time_zone: str
    hours: tuple[Interval, ...]
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is known about an order when it is validated. wanted_at: when its merchant must be open: when it was placed,
    or the time for which it was scheduled. The lists of products name those that cannot be sold; sold_out_today: with
    the choices that are, in brackets."""

    wanted_at: datetime
    total_cents: int
    customer_active: bool
    merchant: MerchantFacts
    inactive_products: tuple[str, ...]
    foreign_products: tuple[str, ...]
    sold_out_today: tuple[str, ...] = ()
    scheduled: bool = False


def problems(order: OrderFacts) -> list[Sentence]:
    """Why the order is rejected; empty if it is valid."""
    found = []
    if not order.customer_active:
        found.append(reasons.CUSTOMER_INACTIVE)
    if not order.merchant.active:
        found.append(reasons.MERCHANT_INACTIVE)
    elif not is_open(order.merchant.hours, order.merchant.time_zone, order.wanted_at, order.merchant.closures):
        found.append(reasons.CLOSED_AT_ITS_TIME if order.scheduled else reasons.MERCHANT_CLOSED)
    if order.inactive_products:
        found.append(reasons.with_names(reasons.NO_LONGER_SOLD, order.inactive_products))
    if order.foreign_products:
        found.append(reasons.with_names(reasons.SOLD_BY_ANOTHER, order.foreign_products))
    if order.sold_out_today:
        found.append(reasons.with_names(reasons.SOLD_OUT_TODAY, order.sold_out_today))
    if order.total_cents > MAX_TOTAL_CENTS:
        found.append(reasons.TOTAL_TOO_HIGH.filled(cents=MAX_TOTAL_CENTS))
    return found
