"""Decides which orders get the last units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Want:
    """What one order needs: units per product."""

    order_id: UUID
    units: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Allocation:
    """granted: the orders that get everything they need. short: for each other order, the missing products. taken:
    units to move from on hand to reserved, per product."""

    granted: list[UUID]
    short: dict[UUID, list[UUID]]
    taken: dict[UUID, int]


def allocate(wants: Iterable[Want], on_hand: Mapping[UUID, int]) -> Allocation:
    """Serves the orders in the given order, each completely or not at all, so that no product goes below zero.

    An order that cannot be served takes nothing, and so leaves its units to later ones. A product that is not in
    on_hand has none.
    """
    left = dict(on_hand)
    granted: list[UUID] = []
    short: dict[UUID, list[UUID]] = {}
    for want in wants:
        lacking = [product for product, units in want.units.items() if units > left.get(product, 0)]
        if lacking:
            short[want.order_id] = lacking
            continue
        for product, units in want.units.items():
            left[product] -= units
        granted.append(want.order_id)
    taken = {product: on_hand[product] - rest for product, rest in left.items() if rest != on_hand[product]}
    return Allocation(granted, short, taken)
