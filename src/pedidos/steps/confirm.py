"""confirm: paid → confirmed, units from reserved to sold."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import reach
from pedidos.domain.order import Status, stock_part
from pedidos.storage import stock
from pedidos.storage.engine import in_transaction
from pedidos.storage.moves import lock, move


def confirm(engine: Engine, order_ids: Sequence[UUID], by: str) -> list[UUID]:
    """Confirms those of the orders that are paid, and returns them."""

    def work(connection: Connection) -> list[UUID]:
        held = lock(connection, order_ids, Status.PAID)
        moved = move(connection, {order_id: {"by": by} for order_id in held}, Status.PAID, Status.CONFIRMED)
        reach("confirm.moving")
        stock.shift_orders(connection, moved, stock_part(Status.PAID), stock_part(Status.CONFIRMED))
        return moved

    return in_transaction(engine, work)
