"""What waits for each endpoint: a process leases the endpoint, sends what is due, and notes what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.mails import Kind
from pedidos.domain.webhooks import FAILURES
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement, in_transaction
from pedidos.storage.sql import Sql
from pedidos.storage.webhooks import notices

MAX_REASON, MAX_ANSWER = 300, 1000

FREE = Sql("lease_until < clock_timestamp()")
"""No other process sends to the endpoint."""

HOLDS_LEASE = Sql("lease = %(lease)s")
"""Who was stopped for longer than the lease notes nothing: another process may have sent since."""

EARLIER_FIRST = Sql(
    """not exists (
    select from webhook_deliveries p
    where p.endpoint_id = %(endpoint)s and p.order_id = due.order_id and p.version < due.version
      and p.state = 'waiting' and p.id not in (select id from due)
)"""
)
"""An event of an order is not sent while an earlier one waits, unless it is sent just before."""

_TAKE = Sql(
    """
with taken as (
    update webhook_queues set lease = lease + 1, lease_until = clock_timestamp() + make_interval(secs => %(seconds)s)
    where endpoint_id = any(array(
        select endpoint_id from webhook_queues where due_at <= clock_timestamp() and {free}
        order by due_at limit %(limit)s for update skip locked
    ))
    returning endpoint_id, lease, failures, trials
)
select t.endpoint_id, t.lease, t.failures, t.trials, e.url,
    (select coalesce(json_agg(json_build_array(s.scheme, encode(s.sealed, 'hex')) order by s.id desc), '[]')
     from webhook_secrets s where s.endpoint_id = e.id and (s.expires_at is null or s.expires_at > now())) as secrets
from taken t join webhook_endpoints e on e.id = t.endpoint_id
""",
    free=FREE,
)

_DUE = Sql(
    """
with due as materialized (
    select id, order_id, version, type, body, attempts, before, next_attempt,
        extract(epoch from clock_timestamp() - created_at)::float8 as age
    from webhook_deliveries
    where endpoint_id = %(endpoint)s and state = 'waiting' and next_attempt <= clock_timestamp()
    order by next_attempt, version limit %(limit)s
)
select id, order_id, version, type, body, attempts, before, age from due
where {earlier_first} order by next_attempt, version
""",
    earlier_first=EARLIER_FIRST,
)

# Failures that are noted here for the first time open the circuit.
_KEEP = Sql(
    """
update webhook_queues q set failures = %(failures)s, trials = %(trials)s,
    openings = q.openings + (p.closed and %(failures)s >= %(most)s)::int,
    held_until = clock_timestamp() + make_interval(secs => %(hold)s),
    lease_until = case when %(goes_on)s then clock_timestamp() + make_interval(secs => %(seconds)s)
                       else '-infinity' end
from (
    select endpoint_id, failures < %(most)s as closed from webhook_queues
    where endpoint_id = %(endpoint)s for no key update
) p
where q.endpoint_id = p.endpoint_id and {holds_lease}
returning p.closed and %(failures)s >= %(most)s as opened
""",
    holds_lease=HOLDS_LEASE,
)

_SETTLE = """
update webhook_deliveries d set state = s.state, attempts = d.attempts + 1,
    next_attempt = clock_timestamp() + make_interval(secs => s.pause),
    settled_at = case when s.state <> 'waiting' then clock_timestamp() end
from unnest(%(ids)s::uuid[], %(states)s::text[], %(pauses)s::float8[]) as s (id, state, pause)
where d.id = s.id and d.state = 'waiting'
"""

LATER_ONES = Sql("d.order_id = f.order_id and d.version > f.version")
"""What waits behind an event that failed is not tried before it."""

_BEHIND = Sql(
    """
update webhook_deliveries d set next_attempt = greatest(d.next_attempt, f.next_attempt)
from webhook_deliveries f
where f.id = any(%(later)s::uuid[]) and d.endpoint_id = f.endpoint_id and {later_ones} and d.state = 'waiting'
""",
    later_ones=LATER_ONES,
)

_ATTEMPTS = """
insert into webhook_attempts (delivery_id, number, at, took_ms, status, reason, answer)
select * from unnest(%(ids)s::uuid[], %(numbers)s::int[], %(times)s::timestamptz[], %(took)s::int[],
    %(statuses)s::int[], %(reasons)s::text[], %(answers)s::text[])
on conflict (delivery_id, number) do nothing
"""

_NEXT = """
update webhook_queues q set due_at = greatest(q.held_until, (
    select min(next_attempt) from webhook_deliveries where endpoint_id = %(endpoint)s and state = 'waiting'
))
where endpoint_id = %(endpoint)s and exists (
    select from webhook_deliveries where endpoint_id = %(endpoint)s and state = 'waiting'
)
"""

_NOTHING = """
update webhook_queues set due_at = null where endpoint_id = %(endpoint)s and not exists (
    select from webhook_deliveries where endpoint_id = %(endpoint)s and state = 'waiting'
)
"""

_GONE = "update webhook_endpoints set state = 'gone' where id = %(endpoint)s and state <> 'gone'"

_GIVE_UP = """
update webhook_deliveries set state = 'failed', settled_at = clock_timestamp()
where endpoint_id = %(endpoint)s and state = 'waiting'
"""

_FIGURES = """
select (select count(*) from webhook_deliveries where state = 'waiting'),
    count(*) filter (where e.state = 'on'), count(*) filter (where e.state = 'on' and q.failures >= %(most)s)
from webhook_endpoints e join webhook_queues q on q.endpoint_id = e.id
"""

_SEND_AGAIN = """
with again as (
    update webhook_deliveries set state = 'waiting', before = attempts, settled_at = null,
        next_attempt = clock_timestamp(),
        created_at = clock_timestamp()
    where id = %(id)s and state = 'failed' returning endpoint_id
)
update webhook_queues set due_at = least(due_at, clock_timestamp()) where endpoint_id in (select endpoint_id from again)
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """An endpoint that was taken. secrets: scheme and what is sealed, the newest first."""

    endpoint_id: UUID
    lease: int
    failures: int
    trials: int
    url: str
    secrets: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery. attempts: before this one. before: of these, those before it was last sent again by hand."""

    id: UUID
    order_id: UUID
    version: int
    type: str
    body: str
    attempts: int
    before: int
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """state: of the delivery afterwards; pause_seconds: until the next try, if it waits."""

    delivery: Due
    at: datetime
    took_ms: int
    status: int
    reason: str
    answer: str
    state: str
    pause_seconds: float


@dataclass(frozen=True, slots=True)
class Health:
    """Of an endpoint: failures in a row, failed trials, seconds until the next trial, and whether it answered 410."""

    failures: int
    trials: int
    hold_seconds: float
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """waiting: deliveries. wanting: endpoints that are on. held: those of them that get single trials only."""

    waiting: int
    wanting: int
    held: int


def take(engine: Engine, limit: int, lease_seconds: float) -> list[Lease]:
    """Endpoints for which something is due, at most limit, and which no other process has."""
    values = {"limit": limit, "seconds": lease_seconds}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_TAKE.text, values).all())
    return [Lease(**row._asdict() | {"secrets": _unpacked(row.secrets)}) for row in rows]


def _unpacked(found: Sequence[tuple[str, str]]) -> list[tuple[str, bytes]]:
    return [(scheme, bytes.fromhex(sealed)) for scheme, sealed in found]


def due(engine: Engine, lease: Lease, limit: int) -> list[Due]:
    """What is due for the endpoint, at most limit; events of one order in the order of their versions."""
    values = {"endpoint": lease.endpoint_id, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_DUE.text, values).all())
    return [Due(*row) for row in rows]


def settle(
    engine: Engine,
    lease: Lease,
    attempts: Sequence[Attempt],
    health: Health,
    lease_seconds: float,
    language: str,
    *,
    goes_on: bool,
) -> bool:
    """Notes the results of these attempts, and when the endpoint is due again. goes_on: keeps the lease, for that long.

    Writes the mails that tell its owner that it fails. language: of an owner of whom none is known. False if the lease
    is another process' by now: then nothing is noted.
    """

    def work(connection: Connection) -> bool:
        values: dict[str, Any] = {
            "endpoint": lease.endpoint_id,
            "lease": lease.lease,
            "failures": health.failures,
            "trials": health.trials,
            "hold": health.hold_seconds,
            "seconds": lease_seconds,
            "goes_on": goes_on,
            "most": FAILURES,
        }
        opened = connection.exec_driver_sql(_KEEP.text, values).scalar_one_or_none()
        if opened is None:
            return False
        if attempts:
            _note(connection, attempts)
        if opened:
            notices.tell(connection, lease.endpoint_id, Kind.WEBHOOK_HELD, language)
        if any(each.state == "failed" for each in attempts) and not health.gone:
            notices.tell(connection, lease.endpoint_id, Kind.WEBHOOK_GIVEN_UP, language)
        connection.exec_driver_sql(_NEXT, values)
        connection.exec_driver_sql(_NOTHING, values)
        return True

    return in_transaction(engine, work)


def _note(connection: Connection, attempts: Sequence[Attempt]) -> None:
    ids = uuids(each.delivery.id for each in attempts)
    states = [each.state for each in attempts]
    pauses = [each.pause_seconds for each in attempts]
    connection.exec_driver_sql(_SETTLE, {"ids": ids, "states": states, "pauses": pauses})
    later = [each.delivery.id for each in attempts if each.state == "waiting"]
    if later:
        connection.exec_driver_sql(_BEHIND.text, {"later": uuids(later)})
    values = {
        "ids": ids,
        "numbers": [each.delivery.attempts + 1 for each in attempts],
        "times": [each.at for each in attempts],
        "took": [each.took_ms for each in attempts],
        "statuses": [each.status for each in attempts],
        "reasons": [each.reason[:MAX_REASON] for each in attempts],
        "answers": [each.answer[:MAX_ANSWER] for each in attempts],
    }
    connection.exec_driver_sql(_ATTEMPTS, values)


def end(engine: Engine, endpoint_id: UUID, language: str) -> int:
    """The endpoint wants nothing any more; a mail tells its owner. Returns how many deliveries waited for it."""

    def work(connection: Connection) -> int:
        values = {"endpoint": endpoint_id}
        if connection.exec_driver_sql(_GONE, values).rowcount:
            notices.tell(connection, endpoint_id, Kind.WEBHOOK_GONE, language)
        return connection.exec_driver_sql(_GIVE_UP, values).rowcount

    return in_transaction(engine, work)


def figures(engine: Engine) -> Figures:
    """How many deliveries wait, and how the endpoints fare."""
    values = {"most": FAILURES}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIGURES, values).one())
    return Figures(*row)


def send_again(connection: Connection, delivery_id: UUID) -> bool:
    """Makes a delivery that failed wait again; False if it is not there any more, or has not failed."""
    return connection.exec_driver_sql(_SEND_AGAIN, {"id": delivery_id}).rowcount > 0
