"""reserve: validated → reserved or unavailable. Moves units from on hand to reserved; its undo moves them back."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.order import Status, StockPart, stock_part
from pedidos.domain.reasons import COUPON_USED_BY_YOU, COUPON_USED_UP, SOLD_OUT, with_names
from pedidos.domain.steps import ENTRY, Step
from pedidos.domain.stock import Shortage, allocate
from pedidos.storage.coupons import holding
from pedidos.storage.engine import in_transaction
from pedidos.storage.inventory.releasing import release
from pedidos.storage.inventory.reserving import lock_demand, names_of, reserve_stock, use_coupons
from pedidos.storage.orders.transitions import move


def reserve(engine: Engine, order_ids: Sequence[UUID], by: str) -> list[UUID]:
    """Reserves stock for the orders that wait for it, first come, first served. Returns the orders that got it."""

    def work(connection: Connection) -> list[UUID]:
        demand = lock_demand(connection, order_ids)
        allocation = allocate(demand.orders, demand.on_hand)
        names = names_of(connection, {each: lacking.products for each, lacking in allocation.short.items()})
        short = {
            order_id: {"by": by, **_told(lacking, names.get(order_id, ()))}
            for order_id, lacking in allocation.short.items()
        }
        move(connection, short, ENTRY[Step.RESERVE], Status.UNAVAILABLE)
        reach(CrashPoint.RESERVE_MOVING)
        reserved = reserve_stock(connection, allocation, by)
        use_coupons(connection, demand, reserved)
        return reserved

    return in_transaction(engine, work)


def give_back(connection: Connection, order_ids: Sequence[UUID], status: Status) -> None:
    """Puts the units of orders that were in this state back on hand, and gives their coupons back, in the transaction
    that undoes the orders."""
    part = stock_part(status)
    release(connection, order_ids, part)
    if part is not StockPart.ON_HAND:
        holding.give_back(connection, order_ids)


def _told(lacking: Shortage, names: Iterable[str]) -> dict[str, Any]:
    """What an order lacks, as its event says it. names: of the products."""
    told: dict[str, Any] = {"out_of_stock": lacking.products, "reasons": []}
    if lacking.products:
        told["reasons"].append(with_names(SOLD_OUT, names))
    if lacking.coupon is not None:
        by_all = lacking.coupon.customer_id is None
        told["coupon"] = "used_up" if by_all else "used_by_you"
        told["reasons"].append(COUPON_USED_UP if by_all else COUPON_USED_BY_YOU)
    return told
