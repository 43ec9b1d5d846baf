"""Payments: the intent before the gateway is asked, the lease of the worker that asks, and the outcome."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from pedidos.domain.order import Status
from pedidos.domain.payment import Answer, PaymentStatus, Verdict
from pedidos.storage import moves
from pedidos.storage.arrays import uuids


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment that this worker may ask the gateway about, under this lease. attempts counts this one."""

    order_id: UUID
    amount_cents: int
    token: str
    lease: int
    attempts: int


_BEGIN = """
with {held}, wanted as (
    select id, %(detail)s::jsonb as detail from held
), {moved}, begun as (
    insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt)
    select id, total_cents, 'pending', 1, t.until, 1, t.until
    from moved, (select clock_timestamp() + %(lease)s * interval '1 second' as until) t
    returning order_id, amount_cents, lease, attempts
)
select begun.*, moved.payment_token as token from begun join moved on moved.id = begun.order_id
"""

# Nothing is put off for ten minutes: a moment that lies further ahead was written before the clock was set back, and
# has come.
_TAKE_OVER = """
with due as materialized (
    select order_id from payments
    where order_id = any(%(ids)s::uuid[]) and status = %(status)s
      and next_attempt not between clock_timestamp() and clock_timestamp() + interval '10 minutes'
    order by order_id
    for no key update skip locked
)
update payments p
set lease = lease + 1, attempts = attempts + 1, lease_until = t.until, next_attempt = t.until,
    updated_at = clock_timestamp()
from due join orders o on o.id = due.order_id,
     (select clock_timestamp() + %(lease)s * interval '1 second' as until) t
where p.order_id = due.order_id
returning p.order_id, p.amount_cents, p.lease, p.attempts, o.payment_token as token
"""

# Only who asked last may settle: the lease is the fencing token (Kleppmann, "How to do distributed locking", 2016).
_SETTLE = """
update payments p
set status = w.status, reference = coalesce(w.reference, p.reference), reason = w.reason, updated_at = clock_timestamp()
from unnest(%(ids)s::uuid[], %(leases)s::int[], %(statuses)s::text[], %(references)s::text[], %(reasons)s::text[])
     as w (order_id, lease, status, reference, reason)
where p.order_id = w.order_id and p.lease = w.lease and p.status = %(awaited)s
"""

# An order that another transaction holds is passed over, so that the answers of the others are recorded.
_CAPTURE = """
with {held}, settled as (
    {settle} and p.order_id in (select id from held) returning p.order_id
), wanted as (
    select order_id as id, %(detail)s::jsonb as detail from settled
), {moved}
select id from moved
"""

# It waits for no lock: the holder of a payment undoes it, or its lease runs out.
# The count is set, not lowered by one, so that a repetition changes nothing. A replay may have reset it.
_PUT_OFF = """
with held as materialized (
    select order_id from payments where order_id = any(%(ids)s::uuid[]) for no key update skip locked
)
update payments p
set lease_until = clock_timestamp(), next_attempt = clock_timestamp() + w.seconds * interval '1 second',
    attempts = least(p.attempts, w.attempts), reason = w.reason, updated_at = clock_timestamp(),
    asked_at = case when w.reached then coalesce(p.asked_at, clock_timestamp()) else p.asked_at end
from unnest(%(ids)s::uuid[], %(leases)s::int[], %(seconds)s::float8[], %(reasons)s::text[], %(attempts)s::int[],
            %(reached)s::bool[]) as w (order_id, lease, seconds, reason, attempts, reached)
     join held using (order_id)
where p.order_id = w.order_id and p.lease = w.lease and p.status in ('pending', 'undoing')
"""

# Payments in the order of their ids, so that two such transactions wait for each other in turn.
# The lease grows, so that a worker that still waits for the gateway cannot settle what is now to be undone.
_TO_UNDO = """
with held as materialized (
    select order_id from payments where order_id = any(%(ids)s::uuid[]) order by order_id for no key update
)
update payments p
set status = 'undoing', lease = lease + 1, attempts = 0, next_attempt = clock_timestamp(),
    updated_at = clock_timestamp()
from held
where p.order_id = held.order_id and status in ('pending', 'captured')
"""


def begin(connection: Connection, order_ids: Sequence[UUID], by: str, lease_seconds: float) -> list[Attempt]:
    """Moves those of the orders that are reserved to charging, and writes the intent to charge each."""
    way = moves.transition_params(order_ids, Status.RESERVED, Status.CHARGING, by)
    return _attempts(moves.run(connection, _BEGIN, way | {"lease": lease_seconds}))


def take_over(
    connection: Connection, order_ids: Sequence[UUID], status: PaymentStatus, lease_seconds: float
) -> list[Attempt]:
    """Takes those payments in this status whose next attempt is due, under a new lease."""
    values = {"ids": uuids(order_ids), "status": status, "lease": lease_seconds}
    return _attempts(connection.exec_driver_sql(_TAKE_OVER, values).all())


def _attempts(rows: Iterable[Row[Any]]) -> list[Attempt]:
    return [Attempt(row.order_id, row.amount_cents, row.token, row.lease, row.attempts) for row in rows]


STATUS_AFTER = {
    Verdict.CAPTURED: PaymentStatus.CAPTURED,
    Verdict.DECLINED: PaymentStatus.DECLINED,
    Verdict.REFUNDED: PaymentStatus.REFUNDED,
    Verdict.VOIDED: PaymentStatus.VOIDED,
}


def capture(connection: Connection, answers: Mapping[UUID, tuple[int, Answer]], by: str) -> list[UUID]:
    """Records that these orders were charged, given with the lease under which that was asked, and moves them to paid.

    The same as to settle and move them, in one statement. Returns those that were moved by this: not those that another
    transaction holds.
    """
    way = moves.transition_params(answers, Status.CHARGING, Status.PAID, by)
    statement = _CAPTURE.replace("{settle}", _SETTLE)
    rows = moves.run(connection, statement, way | _told(answers) | {"awaited": PaymentStatus.PENDING})
    return [row.id for row in rows]


def settle(connection: Connection, answers: Mapping[UUID, tuple[int, Answer]], source: PaymentStatus) -> set[UUID]:
    """Records known answers, given per order with the lease under which they were asked.

    Returns the orders whose payment was settled by this: not those that another has taken over.
    """
    if not answers:
        return set()
    values = _told(answers) | {"ids": uuids(answers), "awaited": source}
    rows = connection.exec_driver_sql(_SETTLE + " returning p.order_id", values)
    return {row.order_id for row in rows}


def _told(answers: Mapping[UUID, tuple[int, Answer]]) -> dict[str, object]:
    leases, given = zip(*answers.values(), strict=True)
    return {
        "leases": list(leases),
        "statuses": [STATUS_AFTER[answer.verdict] for answer in given],
        "references": [answer.reference for answer in given],
        "reasons": [answer.reason for answer in given],
    }


def put_off(connection: Connection, attempts: Sequence[tuple[Attempt, float, Answer]]) -> None:
    """Releases payments whose outcome is unknown, each with the seconds until the gateway is asked about it again.

    An attempt that did not even ask is not counted. The first that may have reached the gateway begins the deadline.
    """
    if attempts:
        connection.exec_driver_sql(
            _PUT_OFF,
            {
                "ids": uuids(attempt.order_id for attempt, _, _ in attempts),
                "leases": [attempt.lease for attempt, _, _ in attempts],
                "seconds": [seconds for _, seconds, _ in attempts],
                "reasons": [answer.reason for _, _, answer in attempts],
                "attempts": [attempt.attempts - (not answer.asked) for attempt, _, answer in attempts],
                "reached": [answer.reached for _, _, answer in attempts],
            },
        )


def to_undo(connection: Connection, order_ids: Sequence[UUID]) -> None:
    """Marks what was charged, or may have been, as money to give back."""
    connection.exec_driver_sql(_TO_UNDO, {"ids": uuids(order_ids)})
