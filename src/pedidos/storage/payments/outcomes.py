"""The outcomes of payments: captured, settled otherwise, or to be undone."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.order import Status
from pedidos.domain.payment import Answer, PaymentStatus, Verdict
from pedidos.storage.arrays import uuids
from pedidos.storage.orders.transitions import LOCKED, MOVED, transition_params
from pedidos.storage.sql import Sql

HOLDS_LEASE = Sql("p.lease = w.lease and p.status = %(awaited)s")
"""Only the worker that asked last may settle, and only once. The lease is the fencing token (Kleppmann, "How to do
distributed locking", 2016)."""

RECORDED = Sql(
    """update payments p
set status = w.status, reference = coalesce(w.reference, p.reference), reason = w.reason, updated_at = clock_timestamp()
from unnest(%(ids)s::uuid[], %(leases)s::int[], %(statuses)s::text[], %(references)s::text[], %(reasons)s::text[])
     as w (order_id, lease, status, reference, reason)
where p.order_id = w.order_id and {holds_lease}""",
    holds_lease=HOLDS_LEASE,
)
"""Records the gateway's answers about the payments that are `awaited` under the lease of the answer."""

_SETTLE = Sql("{recorded} returning p.order_id", recorded=RECORDED)

# It skips an order that another transaction holds, so that the answers of the others are recorded.
_CAPTURE = Sql(
    """
with {locked}, settled as (
    {recorded} and p.order_id in (select id from locked)
    returning p.order_id
), wanted as (
    select order_id as id, %(detail)s::jsonb as detail from settled
), {moved}
select id from moved
""",
    locked=LOCKED,
    recorded=RECORDED,
    moved=MOVED,
)

# Payments are locked in the order of their ids, so that two such transactions wait for each other in turn.
# The lease grows, so that a worker that still waits for the gateway cannot settle what is now to be undone.
_TO_UNDO = """
with locked as materialized (
    select order_id from payments where order_id = any(%(ids)s::uuid[]) order by order_id for no key update
)
update payments p
set status = 'undoing', lease = lease + 1, attempts = 0, next_attempt = clock_timestamp(),
    updated_at = clock_timestamp()
from locked
where p.order_id = locked.order_id and status in ('pending', 'captured')
"""


STATUS_AFTER = {
    Verdict.CAPTURED: PaymentStatus.CAPTURED,
    Verdict.DECLINED: PaymentStatus.DECLINED,
    Verdict.REFUNDED: PaymentStatus.REFUNDED,
    Verdict.VOIDED: PaymentStatus.VOIDED,
}


def capture(connection: Connection, answers: Mapping[UUID, tuple[int, Answer]], by: str) -> list[UUID]:
    """Records that these orders were charged, and moves them to paid. answers: per order, the lease of the request and
    the answer.

    It does what settle() and move() do, in one statement. Returns the orders that this has moved: not those that
    another transaction holds.
    """
    values = transition_params(answers, Status.CHARGING, Status.PAID, by) | answer_params(answers)
    values |= {"awaited": PaymentStatus.PENDING}
    return [row.id for row in connection.exec_driver_sql(_CAPTURE.text, values)]


def settle(connection: Connection, answers: Mapping[UUID, tuple[int, Answer]], source: PaymentStatus) -> set[UUID]:
    """Records known answers. answers: per order, the lease of the request and the answer.

    Returns the orders whose payment this has settled: not those that another worker has taken over.
    """
    if not answers:
        return set()
    values = answer_params(answers) | {"ids": uuids(answers), "awaited": source}
    return {row.order_id for row in connection.exec_driver_sql(_SETTLE.text, values)}


def answer_params(answers: Mapping[UUID, tuple[int, Answer]]) -> dict[str, object]:
    """The parameters of RECORDED, without `ids` and `awaited`. answers: per order, the lease of the request and the
    answer."""
    leases, given = zip(*answers.values(), strict=True)
    return {
        "leases": list(leases),
        "statuses": [STATUS_AFTER[answer.verdict] for answer in given],
        "references": [answer.reference for answer in given],
        "reasons": [answer.reason for answer in given],
    }


def to_undo(connection: Connection, order_ids: Sequence[UUID]) -> None:
    """Marks payments that were charged, or may have been, as money to return."""
    connection.exec_driver_sql(_TO_UNDO, {"ids": uuids(order_ids)})
