"""validate: received → validated, or rejected with the reasons."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.order import Status
from pedidos.domain.validation import problems
from pedidos.storage.engine import in_transaction
from pedidos.storage.facts import order_facts
from pedidos.storage.moves import lock, move


def validate(engine: Engine, order_ids: Sequence[UUID], by: str) -> list[UUID]:
    """Decides on those of the orders that are received; returns the valid ones. by names who did it."""

    def work(connection: Connection) -> list[UUID]:
        held = lock(connection, order_ids, Status.RECEIVED)
        if not held:
            return []
        found = {order_id: problems(facts) for order_id, facts in order_facts(connection, held).items()}
        rejected = {order_id: {"by": by, "reasons": reasons} for order_id, reasons in found.items() if reasons}
        move(connection, rejected, Status.RECEIVED, Status.REJECTED)
        valid = {order_id: {"by": by} for order_id, reasons in found.items() if not reasons}
        return move(connection, valid, Status.RECEIVED, Status.VALIDATED)

    return in_transaction(engine, work)
