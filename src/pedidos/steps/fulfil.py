"""fulfil: the merchant accepts a confirmed order, with a promised time, and moves it forward until it is delivered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.acceptance import Promise, too_late
from pedidos.domain.order import Actor, Refusal, Status
from pedidos.steps.deliver import withdraw
from pedidos.steps.execution.person import moved_by
from pedidos.storage.orders import acceptances

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


def advance(engine: Engine, order_id: UUID, target: Status, by: str) -> Status | Refusal:
    """Moves the order to on_its_way or delivered, or returns why not: a courier has it, for example. Raises
    LookupError: no such order."""
    if target is Status.PREPARING:
        raise ValueError("an order is accepted, with a promised time")

    def without_courier(connection: Connection) -> Mapping[str, Any] | Refusal:
        return withdraw(connection, order_id, target) or {}

    return moved_by(engine, order_id, target, Actor.MERCHANT, by, before=without_courier)
