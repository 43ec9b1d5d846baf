"""Figures of the pipeline that PostgreSQL knows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

COUNTED = 100_000
"""Orders in the table up to which they are counted. Of more, those that have ended are estimated."""

# All of it is asked every second while somebody watches, so nothing here may read the whole of a table that grows.
# What PostgreSQL knows of a table without reading it is as old as the last analysis, which it does itself once a tenth
# of the table has changed. Of the two counts in the case only the one that is chosen is made.
_FIGURES = """
with size as materialized (
    select reltuples > %(counted)s as large, reltuples as orders from pg_class where oid = 'orders'::regclass
)
select
    case when (select large from size) then (
        select coalesce(json_object_agg(status, orders), '{}') from (
            select status, count(*) as orders from orders where in_flight group by status
            union all
            select status, round(share * (select orders from size))::bigint
            from pg_stats, unnest(most_common_vals::text::text[], most_common_freqs) as s (status, share)
            where schemaname = current_schema() and tablename = 'orders' and attname = 'status'
              and status <> all(array['received', 'validated', 'reserved', 'charging', 'paid'])
        ) s
    ) else (
        select coalesce(json_object_agg(status, orders), '{}') from (
            select status, count(*) as orders from orders group by status
        ) s
    ) end as orders,
    (select large from size) as estimated,
    (select created_at from orders where in_flight order by id limit 1) as oldest_waiting, -- ids grow with time
    (select count(*) from relay_positions p cross join lateral (
        select from order_events e where (e.txid, e.seq) > (p.txid, p.seq) order by e.txid, e.seq limit 100000
    ) b where p.shard = 0) as unpublished,
    (select published from relay_positions where shard = 0) as published,
    (select leader from relay_positions where shard = 0 and lease_until > clock_timestamp()) as leader,
    (select count(*) from dead_letters where status = 'open') as dead_letters,
    (select count(*) from payments where status in ('pending', 'undoing')) as unsettled_payments,
    clock_timestamp() as at
"""


@dataclass(frozen=True, slots=True)
class DatabaseFigures:
    """orders: number per state; estimated: of those that have ended, about. unpublished: by how many events the relay
    is behind, 100,000 at most."""

    orders: dict[str, int]
    estimated: bool
    oldest_waiting: datetime | None
    unpublished: int
    published: int
    leader: str | None
    dead_letters: int
    unsettled_payments: int
    at: datetime


def read(engine: Engine) -> DatabaseFigures:
    """All of them, of one moment."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIGURES, {"counted": COUNTED}).one())
    return DatabaseFigures(*row)
