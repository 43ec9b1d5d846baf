"""fulfil: the merchant accepts a confirmed order, with a promised time, says when it is ready, and moves it forward
until it is delivered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.acceptance import Promise, too_late
from pedidos.domain.order import READY, Actor, Refusal, Status, may_be_ready
from pedidos.steps.deliver import withdraw
from pedidos.steps.execution.person import CHANGED_MEANWHILE, moved_by, patiently
from pedidos.storage.event_log.announcing import announce_after_quiet
from pedidos.storage.once import once
from pedidos.storage.orders import acceptances, readiness
from pedidos.storage.orders.transitions import lock_order, move

USUAL = Promise()


def accept(engine: Engine, order_id: UUID, by: str, limit_seconds: float, promise: Promise = USUAL) -> Status | Refusal:
    """Moves a confirmed order to preparing, or returns why not: it has gone further, or its time to be accepted is
    over. An order that is already accepted keeps its promise. Raises LookupError: no such order.

    limit_seconds: how long after it was confirmed an order can be accepted; 0 is without limit. At the limit, this and
    `end_unaccepted` compare the same two times of PostgreSQL, so one of them is refused, whichever comes first.
    """

    def promised(connection: Connection) -> Mapping[str, Any] | Refusal:
        due = acceptances.due(connection, order_id, limit_seconds)
        refusal = too_late(due.due_at, due.now)
        if refusal is not None:
            return refusal
        promised_at = promise.at(due.now)
        acceptances.note_accepted(connection, order_id, due, promised_at)
        return {"promised_at": promised_at.isoformat()}

    return moved_by(engine, order_id, Status.PREPARING, Actor.MERCHANT, by, before=promised)


def make_ready(engine: Engine, order_id: UUID, by: str) -> Status | Refusal:
    """Tells that the order can be fetched, or returns why that cannot be said. It is said once: a repeated request
    changes nothing. The state of the order stays. Raises as moved_by."""

    def work(connection: Connection) -> Status | Refusal:
        status = lock_order(connection, order_id)
        if status is None:
            raise LookupError(order_id)
        refusal = may_be_ready(status)
        if refusal is not None:
            return refusal
        if not readiness.is_ready(connection, order_id):
            announce_after_quiet(connection)
            if not move(connection, {order_id: {"by": by}}, status, status, READY):
                connection.rollback()
                return Refusal(CHANGED_MEANWHILE)
        return status

    return patiently(lambda: once(engine, work))


def advance(engine: Engine, order_id: UUID, target: Status, by: str) -> Status | Refusal:
    """Moves the order to on_its_way or delivered, or returns why not: a courier has it, for example. Raises
    LookupError: no such order."""
    if target is Status.PREPARING:
        raise ValueError("an order is accepted, with a promised time")

    def without_courier(connection: Connection) -> Mapping[str, Any] | Refusal:
        return withdraw(connection, order_id, target) or {}

    return moved_by(engine, order_id, target, Actor.MERCHANT, by, before=without_courier)
