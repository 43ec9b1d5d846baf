"""What the provider says of itself: a capture that settles a charge whose answer has not come yet."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.payment import Answer, PaymentStatus, Verdict
from pedidos.errors import Held
from pedidos.sentence import Sentence
from pedidos.storage.orders.hinting import hint_now
from pedidos.storage.payments import outcomes

# Takes the lease, as a worker does that takes the payment over: an answer that is still on its way to another worker
# records nothing any more.
_TAKE = """
update payments set lease = lease + 1, updated_at = clock_timestamp()
where order_id = %(id)s and status = 'pending' and amount_cents = %(amount)s
returning lease
"""

_FIND = "select status, amount_cents, reference from payments where order_id = %(id)s"


@dataclass(frozen=True, slots=True)
class Found:
    """A payment, as it is. settled: it has become so by what was heard."""

    status: PaymentStatus
    amount_cents: int
    reference: str | None
    settled: bool = False


def hear_captured(connection: Connection, order_id: UUID, amount_cents: int, reference: str, by: str) -> Found | None:
    """Records that the charge of this order was captured, if its outcome is open and the amount is its own.

    None: there is no such payment. Raises Held if another session has the order now: the event is to come again.
    """
    values = {"id": order_id, "amount": amount_cents}
    lease = connection.exec_driver_sql(_TAKE, values).scalar_one_or_none()
    if lease is None:
        row = connection.exec_driver_sql(_FIND, values).one_or_none()
        return None if row is None else Found(PaymentStatus(row.status), row.amount_cents, row.reference)
    answer = Answer(Verdict.CAPTURED, reference)
    if not outcomes.capture(connection, {order_id: (lease, answer)}, by):
        raise Held(Sentence("another session has the order"))
    hint_now(connection, order_id)  # no worker has it, to go on with the next step
    return Found(PaymentStatus.CAPTURED, amount_cents, reference, settled=True)
