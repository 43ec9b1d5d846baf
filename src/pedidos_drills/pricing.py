"""What an order costs."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    product_id: str
    quantity: int
    unit_price_cents: int


def total_cents(lines: Iterable[Line]) -> int:
    """The sum of quantity × unit price, in cents."""
    return sum(line.quantity * line.unit_price_cents for line in lines)
