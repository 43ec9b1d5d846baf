"""Tells orders that money which is to go back waits for the gateway: an event, once for each trouble.

What was told is read from the events themselves. That costs a look at an order's events with each attempt that fails,
and nothing otherwise.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.order import REFUND_DELAYED, Status
from pedidos.domain.payment import Answer, Trouble
from pedidos.domain.reasons import DELAYS
from pedidos.storage.arrays import uuids
from pedidos.storage.orders.transitions import lock, move
from pedidos.storage.payments.attempts import Attempt
from pedidos.storage.payments.refunding import RefundAttempt
from pedidos.storage.sql import Sql

TELL_AFTER_SECONDS = 5.0
"""Money that has to go back since a shorter time is no news: most trouble of the gateway is over sooner."""

UNTOLD = Sql(
    """not exists (
    select from order_events e
    where e.order_id = w.order_id and e.type = 'order.refund_delayed' and e.detail ->> 'cause' = w.trouble
      and e.detail ->> 'refund' is not distinct from w.refund
)"""
)
"""An order hears of a trouble once, and so does each of its refunds in part."""

# The caller has put the payments off, and this has locked their orders: no other session settles them now. An order
# whose events are no longer kept is told nothing.
_UNDOING = Sql(
    """
select w.order_id, w.trouble
from (
    select order_id, lease, trouble, null::text as refund
    from unnest(%(orders)s::uuid[], %(leases)s::int[], %(troubles)s::text[]) as asked (order_id, lease, trouble)
) w
join payments p on p.order_id = w.order_id and p.lease = w.lease and p.status = 'undoing'
where exists (
        select from order_events e
        where e.order_id = w.order_id and e.type in ('order.cancelled', 'order.expired')
          and e.occurred_at <= clock_timestamp() - %(seconds)s * interval '1 second'
    ) and {untold}
""",
    untold=UNTOLD,
)

_PARTS = Sql(
    """
select w.order_id, w.trouble, w.refund, r.amount_cents
from (
    select id, order_id, lease, trouble, id::text as refund
    from unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(leases)s::int[], %(troubles)s::text[])
         as asked (id, order_id, lease, trouble)
) w
join refunds r on r.id = w.id and r.lease = w.lease and r.status = 'pending'
where r.created_at <= clock_timestamp() - %(seconds)s * interval '1 second'
  and exists (select from order_events e where e.order_id = w.order_id) and {untold}
order by r.id
""",
    untold=UNTOLD,
)


def tell_undone(connection: Connection, waits: Sequence[tuple[Attempt, Answer]], by: str) -> None:
    """Writes the event of each order that is undone and whose money waits because of the gateway, in the transaction
    that has put its payment off. An order that another session holds is told with the next attempt."""
    asked = {attempt.order_id: (attempt, answer.trouble) for attempt, answer in waits if answer.trouble is not None}
    for status, locked in _locked(connection, list(asked), (Status.CANCELLED, Status.EXPIRED)).items():
        values = _values([asked[each] for each in locked])
        rows = connection.exec_driver_sql(_UNDOING.text, values).all()
        move(connection, {row.order_id: _detail(row.trouble, by) for row in rows}, status, status, REFUND_DELAYED)


def tell_parts(
    connection: Connection, waits: Sequence[tuple[RefundAttempt, Answer]], states: Sequence[Status], by: str
) -> None:
    """The same for refunds in part. states: where their orders can be. Of an order with several, one is told now, and
    the next one with its next attempt."""
    asked = [(attempt, answer.trouble) for attempt, answer in waits if answer.trouble is not None]
    orders = list(dict.fromkeys(attempt.order_id for attempt, _ in asked))
    for status, locked in _locked(connection, orders, states).items():
        free = [(each, trouble) for each, trouble in asked if each.order_id in locked]
        values = _values(free) | {"ids": uuids(each.id for each, _ in free)}
        rows = connection.exec_driver_sql(_PARTS.text, values).all()
        details = {
            row.order_id: {**_detail(row.trouble, by), "refund": row.refund, "amount_cents": row.amount_cents}
            for row in reversed(rows)
        }
        move(connection, details, status, status, REFUND_DELAYED)


def _locked(connection: Connection, orders: Sequence[UUID], states: Sequence[Status]) -> Mapping[Status, set[UUID]]:
    """The orders that no other session holds, by their state."""
    if not orders:
        return {}
    found = {status: set(lock(connection, orders, status)) for status in states}
    return {status: locked for status, locked in found.items() if locked}


def _values(asked: Sequence[tuple[Attempt | RefundAttempt, Trouble]]) -> dict[str, object]:
    return {
        "orders": uuids(attempt.order_id for attempt, _ in asked),
        "leases": [attempt.lease for attempt, _ in asked],
        "troubles": [trouble for _, trouble in asked],
        "seconds": TELL_AFTER_SECONDS,
    }


def _detail(trouble: str, by: str) -> dict[str, object]:
    return {"by": by, "cause": trouble, "reason": DELAYS[Trouble(trouble)]}
