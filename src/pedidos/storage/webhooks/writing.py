"""Writes the deliveries that events make: one for each endpoint that wants it, however often the event comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

ONCE = Sql("on conflict (endpoint_id, order_id, version) do nothing")
"""The event may have come before."""

# The queues are locked in one order. What waits behind an earlier event of its order is due with it.
_WRITE = Sql(
    """
with happened as materialized (
    select h.* from unnest(
        %(orders)s::uuid[], %(versions)s::int[], %(merchants)s::uuid[], %(types)s::text[], %(times)s::timestamptz[],
        %(bodies)s::text[], %(own_bodies)s::text[]
    ) as h (order_id, version, merchant_id, type, at, body, own_body)
), wanted as materialized (
    select e.id as endpoint_id, h.order_id, h.version, h.type,
        case when e.merchant_id is null then h.body else h.own_body end as body
    from happened h join webhook_endpoints e
        on (e.merchant_id = h.merchant_id or e.merchant_id is null)
        and (e.types = '{{}}' or h.type = any(e.types)) and h.at >= e.created_at
    where e.state = 'on'
), locked as materialized (
    select endpoint_id from webhook_queues where endpoint_id in (select endpoint_id from wanted)
    order by endpoint_id for no key update
), written as (
    insert into webhook_deliveries (endpoint_id, order_id, version, type, body, next_attempt)
    select w.endpoint_id, w.order_id, w.version, w.type, w.body, greatest(clock_timestamp(), (
        select max(p.next_attempt) from webhook_deliveries p
        where p.endpoint_id = w.endpoint_id and p.order_id = w.order_id and p.state = 'waiting'
    ))
    from wanted w join locked using (endpoint_id) order by w.endpoint_id, w.order_id, w.version
    {once}
    returning endpoint_id
), due as (
    update webhook_queues q set due_at = least(q.due_at, greatest(clock_timestamp(), q.held_until))
    where q.endpoint_id in (select endpoint_id from written)
)
select count(*) from written
""",
    once=ONCE,
)

_ANY = "select exists (select from webhook_endpoints where state = 'on')"


@dataclass(frozen=True, slots=True)
class Happened:
    """body: what an operator's endpoint is told; own_body: what the merchant's is."""

    order_id: UUID
    version: int
    merchant_id: UUID
    type: str
    at: datetime
    body: str
    own_body: str


def write(engine: Engine, happened: Sequence[Happened]) -> int:
    """Writes the deliveries of these events, and returns their number."""
    if not happened:
        return 0
    values = {
        "orders": uuids(each.order_id for each in happened),
        "versions": [each.version for each in happened],
        "merchants": uuids(each.merchant_id for each in happened),
        "types": [each.type for each in happened],
        "times": [each.at for each in happened],
        "bodies": [each.body for each in happened],
        "own_bodies": [each.own_body for each in happened],
    }
    written: int = in_statement(engine, lambda connection: connection.exec_driver_sql(_WRITE.text, values).scalar_one())
    return written


def any_endpoint(engine: Engine) -> bool:
    """Whether any endpoint wants events."""
    found: bool = in_statement(engine, lambda connection: connection.exec_driver_sql(_ANY).scalar_one())
    return found
