"""What was delivered to an endpoint, with its attempts; and what its owner wants to be sent again, or as a test."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.webhooks import TEST_TYPE
from pedidos.storage.engine import in_statement

State = Literal["waiting", "delivered", "failed"]

MOST_AGAIN = 10_000
"""Deliveries that are sent again at once."""

_LIST = """
select id, order_id, version, type, state, attempts, created_at, next_attempt, settled_at
from webhook_deliveries
where endpoint_id = %(endpoint)s and (%(state)s::text is null or state = %(state)s)
  and (%(after)s::uuid is null or id < %(after)s)
order by id desc limit %(limit)s
"""

_GET = """
select id, order_id, version, type, state, attempts, created_at, next_attempt, settled_at, body,
    (select coalesce(json_agg(json_build_object('number', a.number, 'at', a.at, 'took_ms', a.took_ms,
        'status', a.status, 'reason', a.reason, 'answer', a.answer) order by a.number), '[]')
     from webhook_attempts a where a.delivery_id = d.id) as tried
from webhook_deliveries d where endpoint_id = %(endpoint)s and id = %(id)s
"""

# The numbers of its attempts go on: those before are kept.
_AGAIN = """
with chosen as materialized (
    select id from webhook_deliveries
    where endpoint_id = %(endpoint)s and state <> 'waiting'
      and (%(id)s::uuid is null or id = %(id)s) and (%(state)s::text is null or state = %(state)s)
      and (%(type)s::text is null or type = %(type)s)
      and (%(since)s::timestamptz is null or created_at >= %(since)s)
      and (%(until)s::timestamptz is null or created_at < %(until)s)
    order by id limit %(most)s for update
), again as (
    update webhook_deliveries set state = 'waiting', settled_at = null, before = attempts,
        created_at = clock_timestamp(), next_attempt = clock_timestamp()
    where id in (select id from chosen) returning id
), woken as (
    update webhook_queues set due_at = least(due_at, greatest(held_until, clock_timestamp()))
    where endpoint_id = %(endpoint)s and exists (select from again)
)
select count(*) from again
"""

_TEST = """
with written as (
    insert into webhook_deliveries (endpoint_id, order_id, version, type, body)
    values (%(endpoint)s, gen_random_uuid(), 1, %(type)s, %(body)s) returning id
), woken as (
    update webhook_queues set due_at = least(due_at, clock_timestamp()) where endpoint_id = %(endpoint)s
)
select id from written
"""

# Those that failed stay as long: their dead letters lead to them.
_DELETE_OLD = """
delete from webhook_deliveries where id = any(array(
    select id from webhook_deliveries where settled_at < now() - make_interval(days => %(days)s)
    order by settled_at limit %(limit)s for update skip locked
))
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """next_attempt: of one that waits. version: of the order."""

    id: UUID
    order_id: UUID
    version: int
    type: str
    state: State
    attempts: int
    created_at: datetime
    next_attempt: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class WholeDelivery(Delivery):
    """body: as it is sent. tried: number, at, took_ms, status, reason and answer of each attempt."""

    body: str
    tried: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Again:
    """Which deliveries to send again, of those that do not wait. None: any."""

    id: UUID | None = None
    state: State | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def listed(engine: Engine, endpoint_id: UUID, state: State | None, after: UUID | None, limit: int) -> list[Delivery]:
    """The newest deliveries, at most limit. after: the last one of the page before."""
    values = {"endpoint": endpoint_id, "state": state, "after": after, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_LIST, values).all())
    return [Delivery(*row) for row in rows]


def get(engine: Engine, endpoint_id: UUID, delivery_id: UUID) -> WholeDelivery | None:
    """One delivery of the endpoint."""
    values = {"endpoint": endpoint_id, "id": delivery_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_GET, values).one_or_none())
    return None if row is None else WholeDelivery(*row)


def send_again(engine: Engine, endpoint_id: UUID, wanted: Again) -> int:
    """Makes them wait again, MOST_AGAIN at most, oldest first. Returns their number."""
    values = {
        "endpoint": endpoint_id,
        "id": wanted.id,
        "state": wanted.state,
        "type": wanted.type,
        "since": wanted.since,
        "until": wanted.until,
        "most": MOST_AGAIN,
    }
    sent: int = in_statement(engine, lambda connection: connection.exec_driver_sql(_AGAIN, values).scalar_one())
    return sent


def send_test(engine: Engine, endpoint_id: UUID, body: str) -> UUID:
    """Adds a delivery of a test event. Returns its id."""
    values = {"endpoint": endpoint_id, "type": TEST_TYPE, "body": body}
    made: UUID = in_statement(engine, lambda connection: connection.exec_driver_sql(_TEST, values).scalar_one())
    return made


def delete_old(engine: Engine, days: int, limit: int) -> int:
    """Deletes deliveries that ended this number of days ago, at most limit. Returns their number."""
    values = {"days": days, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_DELETE_OLD, values).rowcount)
