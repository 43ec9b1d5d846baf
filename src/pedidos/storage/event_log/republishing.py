"""Reads published parts of the event log again, to publish what Kafka has lost.

Running numbers are not in the log. They are counted back from the relay's position, and only down to the horizon: no
event above it has been removed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from pedidos.domain.cursor import Cursor
from pedidos.domain.sharding import FIRST, Shard
from pedidos.errors import PedidosError
from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.event_log.events import COLUMNS, LoggedEvent
from pedidos.storage.event_log.shards import IN_PART, values_of
from pedidos.storage.sql import Sql


class Back(NamedTuple):
    """A step back in the log: the number of events, and the cursor and the time of the oldest one."""

    events: int
    oldest: Cursor
    occurred_at: datetime


class Removed(PedidosError):
    """Events were removed while this part was read, so the running numbers of the others are unknown."""


_BACK_OF = """
with page as (
    select e.txid, e.seq, e.occurred_at
    from order_events e
    where (e.txid, e.seq) < (%(upto_txid)s::xid8, %(upto_seq)s) and (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s)
      and e.txid > (select removed from event_log_horizon) and {is_ours}
    order by e.txid desc, e.seq desc
    limit %(limit)s
)
select count(*) over () as events, p.txid, p.seq, p.occurred_at
from page p
order by p.txid, p.seq
limit 1
"""

_PAGE_OF = """
select {columns}, h.removed
from event_log_horizon h
cross join order_events e
where (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s) and (e.txid, e.seq) <= (%(upto_txid)s::xid8, %(upto_seq)s)
  and {is_ours}
order by e.txid, e.seq
limit %(limit)s
"""

_ALL = Sql("true")
_BACK, _PAGE = Sql(_BACK_OF, is_ours=_ALL), Sql(_PAGE_OF, columns=COLUMNS, is_ours=_ALL)
_BACK_IN_PART, _PAGE_IN_PART = Sql(_BACK_OF, is_ours=IN_PART), Sql(_PAGE_OF, columns=COLUMNS, is_ours=IN_PART)


def back(connection: Connection, before: Cursor, after: Cursor, limit: int, shard: Shard = FIRST) -> Back | None:
    """A step back from one cursor over at most limit events of the shard, down to another cursor or the horizon. None:
    there are no events in between."""
    statement = _BACK if shard.parts == 1 else _BACK_IN_PART
    row = connection.exec_driver_sql(statement.text, _values(shard, after, before, limit)).one_or_none()
    return None if row is None else Back(row.events, Cursor(row.txid, row.seq), row.occurred_at)


def page(
    connection: Connection, after: Cursor, upto: Cursor, limit: int, shard: Shard = FIRST
) -> Sequence[LoggedEvent]:
    """The first events of the shard after a cursor, up to another one, in the order of the log. Raises Removed."""
    statement = _PAGE if shard.parts == 1 else _PAGE_IN_PART
    rows = connection.exec_driver_sql(statement.text, _values(shard, after, upto, limit)).all()
    if rows and rows[0].removed > after.txid:
        raise Removed
    return [LoggedEvent._make(row[:-1]) for row in rows]


def _values(shard: Shard, after: Cursor, upto: Cursor, limit: int) -> dict[str, str | int]:
    return {"limit": limit, **values_of(shard), **cursor_values(after), **cursor_values(upto, "upto_")}
