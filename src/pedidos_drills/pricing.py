"""What an order costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Line:
    product_id: str
    quantity: int
    unit_price_cents: int


def total_cents(lines: Iterable[Line], charges: Mapping[str, int] = MappingProxyType({})) -> int:
    """The sum of quantity × unit price, and of what is charged besides, in cents. charges: cents per kind of line."""
    return sum(line.quantity * line.unit_price_cents for line in lines) + sum(charges.values())
