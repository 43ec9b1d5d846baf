"""Attempts at a payment: the intent, written before the gateway is asked, and the lease of the worker that asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row

from pedidos.domain.order import Status
from pedidos.domain.payment import Answer, PaymentStatus, Trouble
from pedidos.domain.steps import ENTRY, Step
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement
from pedidos.storage.orders.transitions import LOCKED, MOVED, transition_params
from pedidos.storage.sql import Sql


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment that this worker may ask the gateway about, under this lease. token: empty if the money is to be
    returned, which takes none. attempts: their number, with this one. returned_cents: of refunds in part, which have
    been returned before. reference: the provider's, once it has told us."""

    order_id: UUID
    amount_cents: int
    token: str
    lease: int
    attempts: int
    returned_cents: int = 0
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Delayed:
    """A payment that waits because of the gateway, of which its order has not been told yet. begun_at: when the payment
    was begun. asked_at: when the gateway was first asked; None if it was not yet."""

    trouble: Trouble
    begun_at: datetime
    asked_at: datetime | None


BEGUN = Sql(
    """begun as (
    insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt)
    select id, total_cents, 'pending', 1, t.until, 1, t.until
    from moved, (select clock_timestamp() + %(lease)s * interval '1 second' as until) t
    returning order_id, amount_cents, lease, attempts
)
select begun.*, moved.payment_token as token from begun join moved on moved.id = begun.order_id
"""
)
"""Writes the intent to charge the orders in `moved`, with a lease of `lease` seconds, and returns the attempts. It is
the end of a statement."""

_BEGIN = Sql(
    """
with {locked}, wanted as (
    select id, %(detail)s::jsonb as detail from locked
), {moved}, {begun}
""",
    locked=LOCKED,
    moved=MOVED,
    begun=BEGUN,
)

IS_DUE = Sql("next_attempt not between clock_timestamp() and clock_timestamp() + interval '10 minutes'")
"""No attempt is put off for ten minutes. A time further ahead was written before the clock was set back, so the attempt
is due."""

NO_REFUND_WAITS = Sql(
    "not exists (select from refunds r where r.order_id = payments.order_id and r.status = 'pending')"
)
"""The refunds in part of an order come before all of its money is returned. So what is left to return is known then."""

# It skips a payment that another transaction holds: that one takes it over, or settles it.
_TAKE_OVER = Sql(
    """
with due as materialized (
    select order_id from payments
    where order_id = any(%(ids)s::uuid[]) and status = %(status)s
      and {is_due} and {no_refund_waits}
    order by order_id
    for no key update skip locked
)
update payments p
set lease = lease + 1, attempts = attempts + 1, lease_until = t.until, next_attempt = t.until,
    updated_at = clock_timestamp()
from due join orders o on o.id = due.order_id,
     (select clock_timestamp() + %(lease)s * interval '1 second' as until) t
where p.order_id = due.order_id
returning p.order_id, p.amount_cents, p.lease, p.attempts, coalesce(o.payment_token, '') as token,
          coalesce(p.returned_cents, 0) as returned_cents, p.reference
""",
    is_due=IS_DUE,
    no_refund_waits=NO_REFUND_WAITS,
)

# It waits for no lock: the transaction that holds a payment undoes it, or the lease ends.
# The count is set, and not lowered by one, so that repeating the statement changes nothing. A replay may have reset it.
_PUT_OFF = """
with free as materialized (
    select order_id from payments where order_id = any(%(ids)s::uuid[]) for no key update skip locked
)
update payments p
set lease_until = clock_timestamp(), next_attempt = clock_timestamp() + w.seconds * interval '1 second',
    attempts = least(p.attempts, w.attempts), reason = w.reason, updated_at = clock_timestamp(),
    asked_at = case when w.reached then coalesce(p.asked_at, clock_timestamp()) else p.asked_at end
from unnest(%(ids)s::uuid[], %(leases)s::int[], %(seconds)s::float8[], %(reasons)s::text[], %(attempts)s::int[],
            %(reached)s::bool[], %(troubles)s::text[])
         as w (order_id, lease, seconds, reason, attempts, reached, trouble)
     join free using (order_id)
where p.order_id = w.order_id and p.lease = w.lease and p.status in ('pending', 'undoing')
returning p.order_id, w.trouble, p.created_at, p.asked_at,
    p.status = 'pending' and w.trouble is not null and w.trouble <> all(coalesce(p.delays, '{}'))
        and p.created_at < clock_timestamp() - %(untold)s * interval '1 second' as untold
"""

# The first condition is that of the index payments_unsettled.
_DUE = Sql(
    """
select order_id from payments
where status in ('pending', 'undoing') and status = %(state)s and {is_due} and {no_refund_waits}
order by next_attempt
limit %(limit)s
""",
    is_due=IS_DUE,
    no_refund_waits=NO_REFUND_WAITS,
)


def begin(connection: Connection, order_ids: Sequence[UUID], by: str, lease_seconds: float) -> list[Attempt]:
    """Moves the orders that wait to be charged to charging, and writes the intent to charge each of them."""
    values = transition_params(order_ids, ENTRY[Step.CHARGE], Status.CHARGING, by) | {"lease": lease_seconds}
    return attempts_of(connection.exec_driver_sql(_BEGIN.text, values).all())


def take_over(
    connection: Connection, order_ids: Sequence[UUID], status: PaymentStatus, lease_seconds: float
) -> list[Attempt]:
    """Takes over the payments in this status whose next attempt is due, under a new lease."""
    values = {"ids": uuids(order_ids), "status": status, "lease": lease_seconds}
    rows = connection.exec_driver_sql(_TAKE_OVER.text, values).all()
    return [
        replace(attempt, returned_cents=row.returned_cents, reference=row.reference)
        for attempt, row in zip(attempts_of(rows), rows, strict=True)
    ]


def attempts_of(rows: Iterable[Row[Any]]) -> list[Attempt]:
    """The attempts in the rows of a statement that takes payments."""
    return [Attempt(row.order_id, row.amount_cents, row.token, row.lease, row.attempts) for row in rows]


def put_off(
    connection: Connection, attempts: Sequence[tuple[Attempt, float, Answer]], untold_seconds: float = 0
) -> dict[UUID, Delayed]:
    """Releases payments whose outcome is unknown, each with the seconds until the next request to the gateway.

    An attempt that sent no request is not counted. The first one that may have reached the gateway begins the deadline.
    Returns the charges, begun this number of seconds ago, that have a trouble of which their orders were not told yet.
    """
    if not attempts:
        return {}
    values = {
        "ids": uuids(attempt.order_id for attempt, _, _ in attempts),
        "leases": [attempt.lease for attempt, _, _ in attempts],
        "seconds": [seconds for _, seconds, _ in attempts],
        "reasons": [answer.reason for _, _, answer in attempts],
        "attempts": [attempt.attempts - (not answer.asked) for attempt, _, answer in attempts],
        "reached": [answer.reached for _, _, answer in attempts],
        "troubles": [answer.trouble for _, _, answer in attempts],
        "untold": untold_seconds,
    }
    rows = connection.exec_driver_sql(_PUT_OFF, values).all()
    return {row.order_id: Delayed(Trouble(row.trouble), row.created_at, row.asked_at) for row in rows if row.untold}


def due(engine: Engine, state: PaymentStatus, limit: int) -> list[UUID]:
    """Orders whose payment is in this state, and whose next attempt is due. The longest wait comes first."""
    values = {"state": state, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_DUE.text, values).all())
    return [row.order_id for row in rows]
