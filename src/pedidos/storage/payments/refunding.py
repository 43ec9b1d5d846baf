"""Refunds in part as workers make them: which are due, the lease of the worker that asks, and the outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.payment import Answer, Verdict
from pedidos.domain.refunds import Cause, RefundStatus
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement
from pedidos.storage.payments.attempts import IS_DUE
from pedidos.storage.sql import Sql


@dataclass(frozen=True, slots=True)
class RefundAttempt:
    """A refund that this worker may ask the gateway about, under this lease. attempts: their number, with this one.
    charge: the provider's reference of what was charged."""

    id: UUID
    order_id: UUID
    amount_cents: int
    cause: Cause
    reason: str
    lease: int
    attempts: int
    charge: str | None


# It skips a refund that another transaction holds: that one takes it over, or settles it.
_TAKE_OVER = Sql(
    """
with due as materialized (
    select id from refunds
    where order_id = any(%(ids)s::uuid[]) and status = 'pending' and {is_due}
    order by id
    for no key update skip locked
)
update refunds r
set lease = r.lease + 1, attempts = r.attempts + 1, lease_until = t.until, next_attempt = t.until,
    updated_at = clock_timestamp()
from due, payments p, (select clock_timestamp() + %(lease)s * interval '1 second' as until) t
where r.id = due.id and p.order_id = r.order_id
returning r.id, r.order_id, r.amount_cents, r.cause, r.reason, r.lease, r.attempts, p.reference
""",
    is_due=IS_DUE,
)

# It waits for no lock: who holds a refund settles it, or the lease ends.
_PUT_OFF = """
with free as materialized (
    select id from refunds where id = any(%(ids)s::uuid[]) order by id for no key update skip locked
)
update refunds r
set lease_until = clock_timestamp(), next_attempt = clock_timestamp() + w.seconds * interval '1 second',
    attempts = least(r.attempts, w.attempts), answer = w.answer, updated_at = clock_timestamp()
from unnest(%(ids)s::uuid[], %(leases)s::int[], %(seconds)s::float8[], %(answers)s::text[], %(attempts)s::int[])
         as w (id, lease, seconds, answer, attempts)
     join free using (id)
where r.id = w.id and r.lease = w.lease and r.status = 'pending'
"""

# Only the worker that asked last settles a refund, and only once. One that is refused takes nothing of the payment any
# more. The caller has locked the orders, and every transaction locks orders first, then payments.
_SETTLE = """
with settled as (
    update refunds r
    set status = w.status, reference = w.reference, answer = w.answer, updated_at = clock_timestamp()
    from unnest(%(ids)s::uuid[], %(leases)s::int[], %(statuses)s::text[], %(references)s::text[], %(answers)s::text[])
         as w (id, lease, status, reference, answer)
    where r.id = w.id and r.lease = w.lease and r.status = 'pending'
    returning r.id, r.order_id, r.amount_cents, r.status
), uncounted as (
    update payments p set returned_cents = p.returned_cents - f.cents
    from (select order_id, sum(amount_cents)::bigint as cents from settled where status = 'refused' group by order_id) f
    where p.order_id = f.order_id
)
select id from settled
"""

_DUE = Sql(
    """
select distinct order_id from (
    select order_id from refunds where status = 'pending' and {is_due} order by next_attempt limit %(limit)s
) waiting
""",
    is_due=IS_DUE,
)

_TOLD = "select distinct order_id from order_events where order_id = any(%(ids)s::uuid[])"

STATUS_AFTER = {Verdict.REFUNDED: RefundStatus.REFUNDED, Verdict.DECLINED: RefundStatus.REFUSED}
"""What a refund is after an answer that says something about the money."""


def take_over(connection: Connection, order_ids: Sequence[UUID], lease_seconds: float) -> list[RefundAttempt]:
    """Takes over the refunds of these orders that are due, under a new lease."""
    values = {"ids": uuids(order_ids), "lease": lease_seconds}
    rows = connection.exec_driver_sql(_TAKE_OVER.text, values).all()
    return [RefundAttempt(row.id, row.order_id, row.amount_cents, Cause(row.cause), *row[4:]) for row in rows]


def put_off(connection: Connection, attempts: Sequence[tuple[RefundAttempt, float, Answer]]) -> None:
    """Releases refunds whose outcome is unknown, each with the seconds until the next request to the gateway. An
    attempt that sent no request is not counted."""
    if attempts:
        values = {
            "ids": uuids(attempt.id for attempt, _, _ in attempts),
            "leases": [attempt.lease for attempt, _, _ in attempts],
            "seconds": [seconds for _, seconds, _ in attempts],
            "answers": [answer.reason for _, _, answer in attempts],
            "attempts": [attempt.attempts - (not answer.asked) for attempt, _, answer in attempts],
        }
        connection.exec_driver_sql(_PUT_OFF, values)


def settle(connection: Connection, answers: Mapping[UUID, tuple[RefundAttempt, Answer]]) -> set[UUID]:
    """Records the answers of these refunds, of which each says something about the money. Returns those that this has
    settled: not those that another worker has taken over. The caller has locked the orders."""
    if not answers:
        return set()
    given = [answer for _, answer in answers.values()]
    values = {
        "ids": uuids(answers),
        "leases": [attempt.lease for attempt, _ in answers.values()],
        "statuses": [STATUS_AFTER[answer.verdict] for answer in given],
        "references": [answer.reference for answer in given],
        "answers": [answer.reason for answer in given],
    }
    return {row.id for row in connection.exec_driver_sql(_SETTLE, values)}


def with_events(connection: Connection, order_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these orders whose events are still kept."""
    rows = connection.exec_driver_sql(_TOLD, {"ids": uuids(order_ids)})
    return {row.order_id for row in rows}


def due(engine: Engine, limit: int) -> list[UUID]:
    """Orders of which a refund is due. The longest wait comes first."""
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_DUE.text, {"limit": limit}).all())
    return [row.order_id for row in rows]
