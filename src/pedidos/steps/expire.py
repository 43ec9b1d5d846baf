"""expire: an order that is not paid in time ends as expired. Its stock and money are returned."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.order import Actor, Status, sources
from pedidos.domain.payment import PaymentTerms
from pedidos.domain.reasons import NOT_PAID_IN_TIME
from pedidos.steps.reserve import give_back
from pedidos.storage.engine import in_transaction
from pedidos.storage.orders import overdue
from pedidos.storage.orders.transitions import lock, move
from pedidos.storage.payments import outcomes


def expire(engine: Engine, order_ids: Sequence[UUID], by: str, terms: PaymentTerms) -> None:
    """Expires the orders whose time for the payment is over. Money that was taken all the same is refunded."""

    def work(connection: Connection) -> None:
        ended = {}
        late = overdue.among(connection, order_ids, terms)  # a hint may be wrong
        for source in sources(Status.EXPIRED, Actor.EXPIRY):
            locked = lock(connection, late, source)
            details = {order_id: {"by": by, "reason": NOT_PAID_IN_TIME} for order_id in locked}
            ended[source] = move(connection, details, source, Status.EXPIRED)
        # After all orders: every transaction locks orders first, then payments, then stock.
        outcomes.to_undo(connection, [order_id for moved in ended.values() for order_id in moved])
        if any(ended.values()):
            reach(CrashPoint.EXPIRE_UNDOING)
        for source, moved in ended.items():
            give_back(connection, moved, source)

    in_transaction(engine, work)
