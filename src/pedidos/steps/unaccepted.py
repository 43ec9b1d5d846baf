"""unaccepted: a confirmed order that its merchant does not accept in time ends. Its stock and money are returned."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.acceptance import NOT_ACCEPTED
from pedidos.domain.order import Status
from pedidos.domain.reasons import NOT_ACCEPTED_IN_TIME
from pedidos.steps.reserve import give_back
from pedidos.storage.engine import in_transaction
from pedidos.storage.orders import acceptances
from pedidos.storage.orders.transitions import lock, move
from pedidos.storage.payments import outcomes


def end_unaccepted(engine: Engine, order_ids: Sequence[UUID], by: str, limit_seconds: float) -> list[UUID]:
    """Cancels the orders whose merchant has not accepted them in time, and returns them. limit_seconds: 0 is without
    limit."""

    def work(connection: Connection) -> list[UUID]:
        late = acceptances.overdue_among(connection, order_ids, limit_seconds)  # a hint may be wrong
        locked = lock(connection, late, Status.CONFIRMED)
        detail = {"by": by, "cause": NOT_ACCEPTED, "reason": NOT_ACCEPTED_IN_TIME}
        ended = move(connection, dict.fromkeys(locked, detail), Status.CONFIRMED, Status.CANCELLED)
        # Every transaction locks orders first, then payments, then stock.
        acceptances.note_missed(connection, ended, limit_seconds)
        outcomes.to_undo(connection, ended)
        if ended:
            reach(CrashPoint.EXPIRE_UNACCEPTED)
        give_back(connection, ended, Status.CONFIRMED)
        return ended

    return in_transaction(engine, work) if limit_seconds else []
