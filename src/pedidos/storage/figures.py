"""Figures of the pipeline that PostgreSQL knows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

_FIGURES = """
select
    (select coalesce(json_object_agg(status, orders), '{}') from (
        select status, count(*) as orders from orders group by status
    ) s) as orders,
    (select min(created_at) from orders where in_flight) as oldest_waiting,
    (select count(*) from (
        select from order_events e, relay_positions p
        where p.shard = 0 and (e.txid, e.seq) > (p.txid, p.seq) limit 100000
    ) b) as unpublished,
    (select published from relay_positions where shard = 0) as published,
    (select leader from relay_positions where shard = 0 and lease_until > clock_timestamp()) as leader,
    (select count(*) from dead_letters where status = 'open') as dead_letters,
    (select count(*) from payments where status in ('pending', 'undoing')) as unsettled_payments,
    clock_timestamp() as at
"""


@dataclass(frozen=True, slots=True)
class DatabaseFigures:
    """orders: number per state. unpublished: by how many events the relay is behind, 100,000 at most."""

    orders: dict[str, int]
    oldest_waiting: datetime | None
    unpublished: int
    published: int
    leader: str | None
    dead_letters: int
    unsettled_payments: int
    at: datetime


def read(engine: Engine) -> DatabaseFigures:
    """All of them, of one moment."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIGURES).one())
    return DatabaseFigures(*row)
