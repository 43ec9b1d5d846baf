"""Figures of the pipeline that come from PostgreSQL."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from pedidos.domain.order import IN_FLIGHT, Status
from pedidos.storage.engine import in_statement
from pedidos.storage.event_log import finality
from pedidos.storage.event_log.finality import BOUND
from pedidos.storage.event_log.shards import IN_PART_OF_ROW, IS_OPEN
from pedidos.storage.sql import Sql

COUNTED = 100_000
"""A table with more orders than this is not counted: then the number of orders that have ended is an estimate."""

SCHEDULED_COUNTED = 10_000
"""In such a table, no more orders that wait for their time than this are counted."""

HELD_UP_SECONDS = 2.0
"""After this time without progress, the transactions that hold up the relay are listed."""

# This runs every second while an operator watches, so no part of it may read all of a table that grows. The statistics
# of a table are as old as its last analysis, which PostgreSQL runs when a tenth of the table has changed. Of the two
# counts in the case, only the chosen one runs.
_FIGURES = Sql(
    """
with size as materialized (
    select reltuples > %(counted)s as large, reltuples as orders from pg_class where oid = 'orders'::regclass
), next as materialized (
    select clock_timestamp() - e.occurred_at as age, e.txid >= {bound} as held_up
    from relay_positions p cross join lateral (
        select txid, occurred_at from order_events e
        where (e.txid, e.seq) > (p.txid, p.seq) and (p.ends is null or e.txid < p.ends) and {in_part}
        order by e.txid, e.seq limit 1
    ) e
    where {is_open} order by e.occurred_at limit 1
), shards as materialized (
    select p.part, p.parts, p.published, case when p.lease_until > clock_timestamp() then p.leader end as leader
    from relay_positions p where p.ends is null
)
select
    case when (select large from size) then (
        select coalesce(json_object_agg(status, orders), '{{}}') from (
            select status, count(*) as orders from orders where in_flight and release_at is null group by status
            union all
            select 'scheduled', count(*) from (
                select from orders where release_at is not null limit %(scheduled)s
            ) waiting having count(*) > 0
            union all
            select status, round(share * (select orders from size))::bigint
            from pg_stats, unnest(most_common_vals::text::text[], most_common_freqs) as s (status, share)
            where schemaname = current_schema() and tablename = 'orders' and attname = 'status'
              and status <> all(%(exact)s)
        ) s
    ) else (
        select coalesce(json_object_agg(status, orders), '{{}}') from (
            select status, count(*) as orders from orders group by status
        ) s
    ) end as orders,
    (select large from size) as estimated,
    -- Ids grow with time. What was ordered for later waits from its time on.
    least(
        (select created_at from orders where in_flight and release_at is null and scheduled_for is null
         order by id limit 1),
        (select release_at from orders where release_at <= now() order by release_at limit 1),
        (select min(e.occurred_at) from (
            select id from orders where in_flight and release_at is null and scheduled_for is not null
            order by id limit 100
        ) o join order_events e on e.order_id = o.id and e.type = 'order.placed')
    ) as oldest_waiting,
    (select count(*) from relay_positions p cross join lateral (
        select from order_events e
        where (e.txid, e.seq) > (p.txid, p.seq) and (p.ends is null or e.txid < p.ends) and {in_part}
        order by e.txid, e.seq limit 100000
    ) b where {is_open}) as unpublished,
    (select sum(published)::bigint from relay_positions) as published,
    (select case when bool_and(leader is not null) then string_agg(distinct leader, ', ' order by leader) end
     from shards) as leader,
    (select refusal from relay_positions where refusal is not null order by shard limit 1) as refusal,
    (select count(*) from dead_letters where status = 'open') as dead_letters,
    (select count(*) from payments where status in ('pending', 'undoing'))
        + (select count(*) from refunds where status = 'pending') as unsettled_payments,
    (select extract(epoch from age)::float8 from next) as unpublished_seconds,
    (select held_up from next) as held_up,
    clock_timestamp() as at,
    (select json_agg(json_build_array(part, parts, published, leader) order by part) from shards) as shards
""",
    bound=BOUND,
    in_part=IN_PART_OF_ROW,
    is_open=IS_OPEN,
)


class ShardFigures(NamedTuple):
    """A shard of the log. published: the running number of its last event on Kafka."""

    part: int
    parts: int
    published: int
    leader: str | None


@dataclass(frozen=True, slots=True)
class DatabaseFigures:
    """orders: their number per state. estimated: the numbers of orders that have ended are estimates. unpublished: the
    number of events that the relay has not published, 100,000 at most. unpublished_seconds: the age of the first of
    them. held_up: that event waits for a transaction, and not for the relay. held_up_by: the transactions that it has
    waited for, for longer than HELD_UP_SECONDS. published: of all shards. leader: of all shards; None if one has none.
    refusal: why the relay refuses to publish, if it does."""

    orders: dict[str, int]
    estimated: bool
    oldest_waiting: datetime | None
    unpublished: int
    published: int
    leader: str | None
    refusal: str | None
    dead_letters: int
    unsettled_payments: int
    unpublished_seconds: float | None
    held_up: bool | None
    at: datetime
    shards: tuple[ShardFigures, ...]
    held_up_by: tuple[str, ...] = ()


def read(engine: Engine) -> DatabaseFigures:
    """Reads the figures, all from one snapshot."""
    return in_statement(engine, _read)


def _read(connection: Connection) -> DatabaseFigures:
    values = {"counted": COUNTED, "scheduled": SCHEDULED_COUNTED, "exact": [Status.SCHEDULED, *IN_FLIGHT]}
    *figures, shards = connection.exec_driver_sql(_FIGURES.text, values).one()
    found = DatabaseFigures(*[*figures, tuple(ShardFigures._make(shard) for shard in shards)])
    if not found.held_up or (found.unpublished_seconds or 0) < HELD_UP_SECONDS:
        return found
    return replace(found, held_up_by=tuple(map(str, finality.holders(connection))))
