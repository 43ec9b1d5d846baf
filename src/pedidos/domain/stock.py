"""Decides which orders get the last units, and the last uses of a coupon."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from pedidos.domain.coupons import UsesLeft

Scarce = UUID | UsesLeft
"""A product, or the uses of a coupon."""


@dataclass(frozen=True, slots=True)
class Want:
    """What one order needs: units per product, and one use of its coupon."""

    order_id: UUID
    units: Mapping[Scarce, int]


@dataclass(frozen=True, slots=True)
class Shortage:
    """What an order lacks. products: those of which there are too few units. coupon: whether its coupon is used up, by
    all (customer_id None) or by its customer."""

    products: list[UUID]
    coupon: UsesLeft | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """granted: the orders that get everything they need. short: what each other order lacks. taken: units to move from
    on hand to reserved, per product."""

    granted: list[UUID]
    short: dict[UUID, Shortage]
    taken: dict[UUID, int]


def allocate(wants: Iterable[Want], on_hand: Mapping[Scarce, int]) -> Allocation:
    """Serves the orders in the given order, each completely or not at all, so that nothing goes below zero.

    An order that cannot be served takes nothing, and so leaves its units and its coupon to later ones. What is not in
    on_hand has none.
    """
    left = dict(on_hand)
    granted: list[UUID] = []
    short: dict[UUID, Shortage] = {}
    for want in wants:
        lacking = [scarce for scarce, units in want.units.items() if units > left.get(scarce, 0)]
        if lacking:
            short[want.order_id] = _shortage(lacking)
            continue
        for scarce, units in want.units.items():
            left[scarce] -= units
        granted.append(want.order_id)
    taken = {
        scarce: on_hand[scarce] - rest
        for scarce, rest in left.items()
        if isinstance(scarce, UUID) and rest != on_hand[scarce]
    }
    return Allocation(granted, short, taken)


def _shortage(lacking: Iterable[Scarce]) -> Shortage:
    products = [each for each in lacking if isinstance(each, UUID)]
    return Shortage(products, next((each for each in lacking if isinstance(each, UsesLeft)), None))
