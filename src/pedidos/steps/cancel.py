"""cancel: a customer or a merchant cancels an order. Its stock is returned at once, its money by the undo step."""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.order import Actor, Refusal, Status
from pedidos.steps.execution.person import moved_by
from pedidos.steps.reserve import give_back
from pedidos.storage.payments import outcomes


def cancel(engine: Engine, order_id: UUID, actor: Actor, by: str) -> Status | Refusal:
    """Cancels the order, or returns why not. Repeating it changes nothing. Raises LookupError: no such order."""

    def undo(connection: Connection, source: Status) -> None:
        outcomes.to_undo(connection, [order_id])
        reach(CrashPoint.CANCEL_UNDOING)
        give_back(connection, [order_id], source)

    return moved_by(engine, order_id, Status.CANCELLED, actor, by, undo)
