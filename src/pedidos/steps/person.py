"""A person moves one order and waits for the answer."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.order import Actor, Refusal, Status, may_move
from pedidos.storage.moves import hold, move
from pedidos.storage.once import once


def moved_by(
    engine: Engine,
    order_id: UUID,
    target: Status,
    actor: Actor,
    by: str,
    also: Callable[[Connection, Status], None] | None = None,
) -> Status | Refusal:
    """Moves the order if the actor may; also is done in the same transaction, with the state that the order left.

    An order that is in the target already stays so, which makes a repeated request harmless. Raises LookupError,
    once.OutcomeUnknown.
    """

    def work(connection: Connection) -> Status | Refusal:
        source = hold(connection, order_id)
        if source is None:
            raise LookupError(order_id)
        if source is target:
            return target
        refusal = may_move(source, target, actor)
        if refusal is not None:
            return refusal
        if not move(connection, {order_id: {"by": by}}, source, target):
            return Refusal("The order has just been moved by someone else: look at it and try again.")
        if also is not None:
            also(connection, source)
        return target

    return once(engine, work)
