"""Decides whether an order can be accepted."""

from dataclasses import dataclass
from datetime import datetime

from pedidos.domain.schedule import Closure, Interval, is_open

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
    """What is known about an order when it is validated. The two product lists name the invalid products."""

    placed_at: datetime
    total_cents: int
    customer_active: bool
    merchant: MerchantFacts
    inactive_products: tuple[str, ...]
    foreign_products: tuple[str, ...]


def problems(order: OrderFacts) -> list[str]:
    """Why the order is rejected, as text for the customer; empty if it is valid."""
    found = []
    if not order.customer_active:
        found.append("The customer's account is not active.")
    if not order.merchant.active:
        found.append("The merchant does not take orders.")
    elif not is_open(order.merchant.hours, order.merchant.time_zone, order.placed_at, order.merchant.closures):
        found.append("The merchant was closed when the order was placed.")
    if order.inactive_products:
        found.append(f"No longer sold: {', '.join(order.inactive_products)}.")
    if order.foreign_products:
        found.append(f"Sold by another merchant: {', '.join(order.foreign_products)}.")
    if order.total_cents > MAX_TOTAL_CENTS:
        found.append(f"The total is above the limit of {MAX_TOTAL_CENTS} cents.")
    return found
