"""cancel: a person cancels an order. Its stock is returned at once, its money by the undo step."""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.audit import Entry
from pedidos.domain.order import Actor, Refusal, Status
from pedidos.steps.execution.person import moved_by
from pedidos.steps.reserve import give_back
from pedidos.storage.audit_log.writing import write
from pedidos.storage.payments import outcomes


def cancel(engine: Engine, order_id: UUID, actor: Actor, by: str, entry: Entry | None = None) -> Status | Refusal:
    """Cancels the order, or returns why not. Repeating it changes nothing. Raises LookupError: no such order.

    entry: for the audit log, in the same transaction, if this cancels the order.
    """

    def undo(connection: Connection, source: Status) -> None:
        outcomes.to_undo(connection, [order_id])
        reach(CrashPoint.CANCEL_UNDOING)
        give_back(connection, [order_id], source)
        if entry is not None:
            write(connection, entry)

    return moved_by(engine, order_id, Status.CANCELLED, actor, by, undo)
