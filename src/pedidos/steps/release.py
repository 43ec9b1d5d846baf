"""release: scheduled → received. The time of an order has come: from now on it is an order like any other."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.order import Status
from pedidos.storage.engine import in_transaction
from pedidos.storage.orders import scheduled
from pedidos.storage.orders.transitions import move


def release(engine: Engine, order_ids: Sequence[UUID], by: str) -> list[UUID]:
    """Releases those of the orders whose time has come, and returns them. Their event order.placed brings them to the
    steps, as it does every new order."""

    def work(connection: Connection) -> list[UUID]:
        due = scheduled.lock_due(connection, order_ids)  # a hint may be wrong
        details = {order_id: {"by": by, **detail} for order_id, detail in due.items()}
        return move(connection, details, Status.SCHEDULED, Status.RECEIVED)

    return in_transaction(engine, work)
