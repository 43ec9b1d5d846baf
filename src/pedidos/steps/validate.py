"""validate: received → validated, or rejected with reasons."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.order import Status
from pedidos.domain.validation import problems
from pedidos.storage.engine import in_statement, in_transaction
from pedidos.storage.orders.facts import order_facts
from pedidos.storage.orders.transitions import lock, lock_and_move, move


def validate(engine: Engine, order_ids: Sequence[UUID], by: str) -> list[UUID]:
    """Validates or rejects the orders that are received. Returns the valid ones. by: who does it, for the events.

    The facts are read without a lock on the orders, which would not keep the facts from changing. An order is moved
    only if it still waits.
    """
    facts = in_statement(engine, lambda connection: order_facts(connection, order_ids, Status.RECEIVED))
    found = {order_id: problems(known) for order_id, known in facts.items()}
    rejected = {order_id: {"by": by, "reasons": reasons} for order_id, reasons in found.items() if reasons}

    def reject(connection: Connection) -> None:
        locked = lock(connection, list(rejected), Status.RECEIVED)
        move(connection, {order_id: rejected[order_id] for order_id in locked}, Status.RECEIVED, Status.REJECTED)

    if rejected:
        in_transaction(engine, reject)
    valid = [order_id for order_id in found if order_id not in rejected]
    if not valid:
        return []
    return in_statement(
        engine, lambda connection: lock_and_move(connection, valid, Status.RECEIVED, Status.VALIDATED, by)
    )
