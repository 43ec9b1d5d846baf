"""Reserves stock for orders: one statement locks what they want, and one takes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.coupons import CouponUse
from pedidos.domain.order import Status
from pedidos.domain.steps import ENTRY, Step
from pedidos.domain.stock import Allocation, Scarce, Want
from pedidos.storage.arrays import uuids
from pedidos.storage.coupons import holding
from pedidos.storage.coupons.holding import WANTED
from pedidos.storage.orders.transitions import LOCKED, MOVED, transition_params
from pedidos.storage.sql import Sql

# Stock is always locked in the order of the product ids. So two batches that want the same rows wait for each other in
# turn, and never in a circle.
_LOCK_DEMAND = Sql(
    """
with {locked}, wanted as materialized (
    select order_id, product_id, sum(quantity)::int as units from order_items
    where order_id in (select id from locked)
    group by order_id, product_id
), locked_stock as materialized (
    select product_id, on_hand from stock where product_id in (select product_id from wanted)
    order by product_id for no key update
)
select w.order_id, w.product_id, w.units, coalesce(s.on_hand, 0) as on_hand, c.coupon_id, c.customer_id
from wanted w left join locked_stock s using (product_id) {coupon}
order by w.order_id, w.product_id
""",
    locked=LOCKED,
    coupon=WANTED,
)

_NAMES = """
select i.order_id, i.product_id, i.name
from order_items i join unnest(%(orders)s::uuid[], %(products)s::uuid[]) as w (order_id, product_id)
    using (order_id, product_id)
order by i.order_id, i.position
"""

# It needs no locks: _LOCK_DEMAND has locked the orders and the stock, in the same transaction.
_RESERVE = Sql(
    """
with wanted as (
    select id, %(detail)s::jsonb as detail from unnest(%(ids)s::uuid[]) as w (id)
), {moved}, reserved as (
    update stock s set on_hand = s.on_hand - u.units, reserved = s.reserved + u.units
    from unnest(%(products)s::uuid[], %(units)s::int[]) as u (product_id, units)
    where s.product_id = u.product_id
)
select id from moved
""",
    moved=MOVED,
)


RESERVED = Sql(
    """units as materialized (
    select product_id, sum(quantity)::int as units from order_items
    where order_id in (select id from moved)
    group by product_id
), locked_stock as materialized (
    select product_id from stock where product_id in (select product_id from units)
    order by product_id for no key update
), reserved as (
    update stock s set on_hand = s.on_hand - u.units, reserved = s.reserved + u.units
    from units u join locked_stock using (product_id)
    where s.product_id = u.product_id
)"""
)
"""Reserves the units of the orders in `moved`. If there are too few for all, the statement fails at NONE_BELOW_ZERO."""

NONE_BELOW_ZERO = "stock_on_hand_check"
"""The constraint of the table that keeps the units on hand from falling below zero."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What each order asks for, oldest order first (ids are UUIDv7), and what there is of it: the units on hand per
    product, and the uses of coupons. coupons: of the orders that want to use one."""

    orders: list[Want]
    on_hand: dict[Scarce, int]
    coupons: dict[UUID, CouponUse]


def lock_demand(connection: Connection, order_ids: Sequence[UUID]) -> Demand:
    """Locks the orders that wait for it, and the stock and the coupons that they want, until the transaction ends.
    Returns them."""
    wants: dict[UUID, dict[Scarce, int]] = {}
    on_hand: dict[Scarce, int] = {}
    coupons: dict[UUID, CouponUse] = {}
    values = {"ids": uuids(order_ids), "source": ENTRY[Step.RESERVE]}
    for order_id, product_id, units, left, coupon_id, customer_id in connection.exec_driver_sql(
        _LOCK_DEMAND.text, values
    ):
        wants.setdefault(order_id, {})[product_id] = units
        on_hand[product_id] = left
        if coupon_id is not None:
            coupons[order_id] = CouponUse(coupon_id, customer_id)
    if coupons:
        on_hand |= holding.lock_left(connection, coupons.values())
        for order_id, use in coupons.items():
            wants[order_id] |= dict.fromkeys(use.scarce, 1)
    return Demand([Want(order_id, units) for order_id, units in wants.items()], on_hand, coupons)


def use_coupons(connection: Connection, demand: Demand, order_ids: Iterable[UUID]) -> None:
    """Notes that these orders use their coupons, in the transaction that has locked the demand."""
    if demand.coupons:
        holding.use(connection, {each: demand.coupons[each] for each in order_ids if each in demand.coupons})


def names_of(connection: Connection, products: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, list[str]]:
    """Per order, the names of these of its products, as they were ordered."""
    pairs = [(order_id, product_id) for order_id, wanted in products.items() for product_id in wanted]
    if not pairs:
        return {}
    values = {"orders": uuids(order_id for order_id, _ in pairs), "products": uuids(product for _, product in pairs)}
    names: dict[UUID, dict[UUID, str]] = {}
    for order_id, product_id, name in connection.exec_driver_sql(_NAMES, values):
        names.setdefault(order_id, {}).setdefault(product_id, name)  # a product may be in two lines
    return {order_id: list(found.values()) for order_id, found in names.items()}


def reserve_stock(connection: Connection, allocation: Allocation, by: str) -> list[UUID]:
    """Reserves the allocated units, and moves the orders that get them. Returns these orders."""
    if not allocation.granted:
        return []
    values = transition_params(allocation.granted, ENTRY[Step.RESERVE], Status.RESERVED, by)
    values |= {"products": uuids(allocation.taken), "units": list(allocation.taken.values())}
    return [row.id for row in connection.exec_driver_sql(_RESERVE.text, values)]
