"""refund: a merchant or an operator gives a part of an order's money back. The money is returned by the undo step."""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.order import Refusal
from pedidos.domain.refunds import Refund, TooMuch, Wish
from pedidos.steps.execution.person import patiently
from pedidos.storage.audit_log.writing import write
from pedidos.storage.once import once
from pedidos.storage.orders.transitions import lock_order
from pedidos.storage.payments import refunds


def refund(
    engine: Engine, order_id: UUID, wish: Wish, key: str, account_id: UUID, who: Who
) -> Refund | Refusal | TooMuch:
    """Notes that this part is to be given back, or returns why not.

    key: of the request. The same one again returns the refund that there is, and notes nothing. Raises LookupError: no
    such order; refunds.KeyReused, once.OutcomeUnknown, and Held if another session holds the order for longer than a
    step does.
    """

    def work(connection: Connection) -> Refund | Refusal | TooMuch:
        if lock_order(connection, order_id) is None:
            raise LookupError(order_id)
        noted = refunds.add(connection, order_id, wish, key, account_id)
        if not isinstance(noted, tuple):
            return noted
        found, how = noted
        if how == "new":
            detail = {"refund": str(found.id), "amount_cents": found.amount_cents, "cause": found.cause}
            write(connection, Entry(Action.ORDER_PARTLY_REFUNDED, who, str(order_id), detail=detail))
        return found

    return patiently(lambda: once(engine, work))
