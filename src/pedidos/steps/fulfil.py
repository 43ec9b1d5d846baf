"""fulfil: the merchant moves a confirmed order forward until it is delivered."""

from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.order import Actor, Refusal, Status
from pedidos.steps.execution.person import moved_by


def advance(engine: Engine, order_id: UUID, target: Status, by: str) -> Status | Refusal:
    """Moves the order to preparing, on_its_way or delivered, or returns why not. Raises LookupError: no such order."""
    return moved_by(engine, order_id, target, Actor.MERCHANT, by)
