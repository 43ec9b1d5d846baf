"""The events that the relay publishes next, and the notifications about new ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection

from pedidos.domain.cursor import Cursor
from pedidos.domain.sharding import FIRST, Shard
from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.event_log.events import COLUMNS, LoggedEvent
from pedidos.storage.event_log.finality import BOUND
from pedidos.storage.event_log.positions import Position
from pedidos.storage.event_log.shards import IN_PART, values_of
from pedidos.storage.orders.placing import NOTIFY_CHANNEL
from pedidos.storage.sql import Sql

IS_FINAL = Sql(f"e.txid < {BOUND.text}")
"""Events of transactions that still run may come to lie among those that are visible already. Below the bound no event
can appear any more. So what is read is final, and no late commit is skipped."""

NOT_PAST_END = Sql(
    "e.txid < coalesce((select ends from relay_positions where shard = %(shard)s), '18446744073709551615'::xid8)"
)
"""Events from the end of the shard on belong to other shards. A snapshot in which the end is not committed yet has no
final events from there on (shards.py). So a relay that has not heard of the end does not go past it either."""

_READ = Sql(
    """
select {columns}
from order_events e
where (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s) and {is_final} and {not_past_end}
order by e.txid, e.seq
limit %(limit)s
""",
    columns=COLUMNS,
    is_final=IS_FINAL,
    not_past_end=NOT_PAST_END,
)

# Events of other parts are left out by PostgreSQL, so they cost little. Without an index of its own for each part, an
# insert costs what it did.
_READ_PART = Sql(
    """
with last as materialized (
    select e.txid, e.seq from order_events e
    where (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s) and {is_final} and {not_past_end}
    order by e.txid desc, e.seq desc limit 1
), own as materialized (
    select {columns} from order_events e
    where (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s) and {is_final} and {not_past_end} and {in_part}
    order by e.txid, e.seq limit %(limit)s
)
select {columns}, last.txid as last_txid, last.seq as last_seq from last left join own as e on true
order by e.txid, e.seq
""",
    columns=COLUMNS,
    is_final=IS_FINAL,
    not_past_end=NOT_PAST_END,
    in_part=IN_PART,
)

# The name of a channel cannot be a parameter.
_LISTEN, _UNLISTEN = f"listen {NOTIFY_CHANNEL}", f"unlisten {NOTIFY_CHANNEL}"


class Found(NamedTuple):
    """The next events of a shard, and up to where the log has no other ones of the shard. upto: None if that is the
    last of the events."""

    events: list[LoggedEvent]
    upto: Cursor | None


def read(connection: Connection, position: Position, limit: int, shard: Shard = FIRST) -> list[LoggedEvent]:
    """The next events of the shard after the position, at most limit, in the order of the log."""
    return read_on(connection, position, limit, shard).events


def read_on(connection: Connection, position: Position, limit: int, shard: Shard) -> Found:
    """The same, and up to where the log was searched for them."""
    values = {"limit": limit, **values_of(shard), **cursor_values(position.cursor)}
    if shard.parts == 1:
        return Found([LoggedEvent._make(row) for row in connection.exec_driver_sql(_READ.text, values)], None)
    rows = connection.exec_driver_sql(_READ_PART.text, values).all()
    events = [LoggedEvent._make(row[:-2]) for row in rows if row.seq is not None]
    return Found(events, Cursor(rows[-1].last_txid, rows[-1].last_seq) if rows and len(events) < limit else None)


@contextmanager
def listening(connection: Connection) -> Iterator[None]:
    """Listens on the notify channel inside the context, for wait_for_order()."""
    connection.exec_driver_sql(_LISTEN)
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.exec_driver_sql(_UNLISTEN)


def wait_for_order(connection: Connection, seconds: float) -> bool:
    """Waits for a notification, at most this long. True if there was one since the last call."""
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    try:
        return bool(list(driver.notifies(timeout=seconds, stop_after=1)))
    except psycopg.OperationalError:
        return True  # the connection is lost: the next statement on it reports that, and should not wait
