"""reserve: validated → reserved or unavailable. Moves units from on hand to reserved; its undo moves them back."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.order import Status, stock_part
from pedidos.domain.reasons import SOLD_OUT, with_names
from pedidos.domain.steps import ENTRY, Step
from pedidos.domain.stock import allocate
from pedidos.storage.engine import in_transaction
from pedidos.storage.inventory.releasing import release
from pedidos.storage.inventory.reserving import lock_demand, names_of, reserve_stock
from pedidos.storage.orders.transitions import move


def reserve(engine: Engine, order_ids: Sequence[UUID], by: str) -> list[UUID]:
    """Reserves stock for the orders that wait for it, first come, first served. Returns the orders that got it."""

    def work(connection: Connection) -> list[UUID]:
        demand = lock_demand(connection, order_ids)
        allocation = allocate(demand.orders, demand.on_hand)
        names = names_of(connection, allocation.short)
        short = {
            order_id: {"by": by, "out_of_stock": products, "reasons": [with_names(SOLD_OUT, names[order_id])]}
            for order_id, products in allocation.short.items()
        }
        move(connection, short, ENTRY[Step.RESERVE], Status.UNAVAILABLE)
        reach(CrashPoint.RESERVE_MOVING)
        return reserve_stock(connection, allocation, by)

    return in_transaction(engine, work)


def give_back(connection: Connection, order_ids: Sequence[UUID], status: Status) -> None:
    """Puts the units of orders that were in this state back on hand, in the transaction that undoes the orders."""
    release(connection, order_ids, stock_part(status))
