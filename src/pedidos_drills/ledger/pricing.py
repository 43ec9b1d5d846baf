"""What an order costs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Line:
    """An item. price_cents: of its product. choices: the price of each of its choices."""

    product_id: str
    quantity: int
    price_cents: int
    choices: Sequence[int] = ()


def total_cents(lines: Iterable[Line], charges: Mapping[str, int] = MappingProxyType({})) -> int:
    """The sum of quantity × (price + choices), and of what is charged besides, in cents. charges: cents per kind of
    line."""
    return sum(line.quantity * (line.price_cents + sum(line.choices)) for line in lines) + sum(charges.values())
