"""Tells orders that their payments are delayed: an event, once for each trouble of the gateway."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.order import PAYMENT_DELAYED, Status
from pedidos.domain.payment import PaymentTerms
from pedidos.domain.reasons import DELAYS
from pedidos.storage.arrays import uuids
from pedidos.storage.orders.transitions import lock, move
from pedidos.storage.payments.attempts import Delayed

_NOTE = """
update payments p set delays = array_append(p.delays, w.trouble)
from unnest(%(ids)s::uuid[], %(troubles)s::text[]) as w (order_id, trouble)
where p.order_id = w.order_id
"""


def tell(connection: Connection, delayed: Mapping[UUID, Delayed], by: str, terms: PaymentTerms) -> list[UUID]:
    """Writes the event of each order that is being charged and that no other session holds, in the transaction that has
    put off its payment. Returns these orders; the others are told with the next attempt."""
    locked = lock(connection, list(delayed), Status.CHARGING)
    details = {order_id: _detail(delayed[order_id], by, terms) for order_id in locked}
    told = move(connection, details, Status.CHARGING, Status.CHARGING, PAYMENT_DELAYED)
    values = {"ids": uuids(told), "troubles": [delayed[order_id].trouble for order_id in told]}
    connection.exec_driver_sql(_NOTE, values)
    return told


def _detail(delay: Delayed, by: str, terms: PaymentTerms) -> dict[str, object]:
    until: datetime = terms.end_at(delay.begun_at, delay.asked_at).replace(microsecond=0)
    return {"by": by, "cause": delay.trouble, "reason": DELAYS[delay.trouble], "until": until.isoformat()}
