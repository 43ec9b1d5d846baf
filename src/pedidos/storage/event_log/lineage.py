"""Which log this is, and whether it is the one that records on Kafka come from.

A PostgreSQL that was restored to an earlier time has lost events that are on Kafka, and would assign their running
numbers and cursors to other events. `event_logs` has a row for this log, and one for each log that it continues. The
newest row has the id that records carry now.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row

from pedidos.domain.cursor import Cursor
from pedidos.domain.lineage import Heard, Log, Logs
from pedidos.storage.engine import in_statement
from pedidos.storage.event_log.shards import IS_OPEN
from pedidos.storage.sql import Sql
from pedidos.storage.xid8 import xid8

_LOGS = "select id, after, txid, seq, unnamed from event_logs order by number desc"

_MISSING = """
select h.number
from unnest(%(numbers)s::bigint[], %(txids)s::text[], %(seqs)s::bigint[], %(orders)s::uuid[], %(versions)s::int[])
     as h (number, txid, seq, order_id, version)
where h.txid::xid8 > (select removed from event_log_horizon) and not exists (
    select from order_events e
    where (e.txid, e.seq) = (h.txid::xid8, h.seq) and (e.order_id, e.version) = (h.order_id, h.version)
)
"""

_DOUBTFUL = """
select exists (
    select from event_logs as l, unnest(%(txids)s::text[]) as place (txid)
    where l.txid < place.txid::xid8 and place.txid::xid8 <= l.doubtful
) as doubtful
"""

_LOCK = "select published from relay_positions order by shard for update"

# The shards are at different places: it begins at the earliest of them.
_BEGIN = Sql(
    """
insert into event_logs (number, after, txid, seq, doubtful, gateway_since)
select (select max(number) from event_logs) + 1,
       greatest((select max(published) from relay_positions), %(highest)s), p.txid, p.seq,
       greatest(p.txid, %(doubtful)s::xid8), %(since)s
from relay_positions p where {is_open} order by p.txid, p.seq limit 1
""",
    is_open=IS_OPEN,
)

# The epoch grows, so a relay that leads, or believes so, has to take the lead again. Then it reads the new log's id.
# All shards go on after the same number, which no record of any shard had, and from the place where the log begins: one
# that was ahead of it publishes those events again. So what the earlier log has behind that place is void, all of it.
_TAKE_OVER = """
with log as materialized (
    select after, txid, seq from event_logs order by number desc limit 1
), place as materialized (
    select p.shard, log.after, case
        when (p.txid, p.seq) <= (log.txid, log.seq) then p.txid
        when (p.begins, 0) > (log.txid, log.seq) then p.begins
        else log.txid
    end as txid, case
        when (p.txid, p.seq) <= (log.txid, log.seq) then p.seq
        when (p.begins, 0) > (log.txid, log.seq) then 0
        else log.seq
    end as seq
    from relay_positions p cross join log
)
update relay_positions as p
set txid = place.txid, seq = place.seq, published = place.after, refusal = null, leader = null,
    lease_until = '-infinity', epoch = epoch + 1,
    confirmed = case when confirmed is not null then jsonb_build_object(
        'txid', place.txid::text, 'seq', place.seq, 'published', place.after, 'epochs', '{}'::jsonb
    ) end
from place where place.shard = p.shard
"""


def read(connection: Connection) -> Logs:
    """This log and its predecessors."""
    newest, *earlier = connection.exec_driver_sql(_LOGS).all()
    return Logs(_log(newest), frozenset(row.id for row in earlier))


def current(engine: Engine) -> Log:
    """The log as it is now."""
    return in_statement(engine, read).current


def missing(connection: Connection, heard: Sequence[Heard]) -> set[int]:
    """The running numbers of events that this log does not have, although no event from there on was removed."""
    rows = connection.exec_driver_sql(
        _MISSING,
        {
            "numbers": [each.number for each in heard],
            "txids": [xid8(each.cursor.txid) for each in heard],
            "seqs": [each.cursor.seq for each in heard],
            "orders": [each.order_id for each in heard],
            "versions": [each.version for each in heard],
        },
    )
    return {row.number for row in rows}


def doubtful(engine: Engine, *cursors: Cursor) -> bool:
    """Whether one of a client's cursors may be one of an earlier log."""
    values = {"txids": [xid8(cursor.txid) for cursor in cursors]}
    return bool(in_statement(engine, lambda c: c.exec_driver_sql(_DOUBTFUL, values).scalar_one()))


def lock_positions(connection: Connection) -> None:
    """Until the transaction ends, no relay can take the lead of a shard or save its position."""
    connection.exec_driver_sql(_LOCK)


def begin_log(connection: Connection, highest: int, doubtful: int, since: datetime) -> None:
    """Begins a new log after the running number highest. since: from this time on, the gateway may know more than the
    database. doubtful: up to this txid, a client's cursor may be one of the previous log."""
    values = {"highest": highest, "doubtful": xid8(doubtful), "since": since}
    connection.exec_driver_sql(_BEGIN.text, values)
    connection.exec_driver_sql(_TAKE_OVER)


def _log(row: Row[Any]) -> Log:
    return Log(row.id, row.after, Cursor(row.txid, row.seq), row.unnamed)
