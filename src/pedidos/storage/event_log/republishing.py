"""Reads published parts of the event log again, to publish what Kafka has lost.

Running numbers are not in the log. They are counted back from the relay's position, and only down to the horizon: no
event above it has been removed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from pedidos.domain.cursor import Cursor
from pedidos.errors import PedidosError
from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.event_log.events import COLUMNS, LoggedEvent
from pedidos.storage.sql import Sql


class Back(NamedTuple):
    """A step back in the log: the number of events, and the cursor and the time of the oldest one."""

    events: int
    oldest: Cursor
    occurred_at: datetime


class Removed(PedidosError):
    """Events were removed while this part was read, so the running numbers of the others are unknown."""


_BACK = """
with page as (
    select txid, seq, occurred_at
    from order_events
    where (txid, seq) < (%(upto_txid)s::xid8, %(upto_seq)s) and (txid, seq) > (%(txid)s::xid8, %(seq)s)
      and txid > (select removed from event_log_horizon)
    order by txid desc, seq desc
    limit %(limit)s
)
select count(*) over () as events, p.txid, p.seq, p.occurred_at
from page p
order by p.txid, p.seq
limit 1
"""

_PAGE = Sql(
    """
select {columns}, h.removed
from event_log_horizon h
cross join order_events e
where (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s) and (e.txid, e.seq) <= (%(upto_txid)s::xid8, %(upto_seq)s)
order by e.txid, e.seq
limit %(limit)s
""",
    columns=COLUMNS,
)


def back(connection: Connection, before: Cursor, after: Cursor, limit: int) -> Back | None:
    """A step back from one cursor over at most limit events, down to another cursor or the horizon. None: there are no
    events in between."""
    row = connection.exec_driver_sql(_BACK, _values(after, before, limit)).one_or_none()
    return None if row is None else Back(row.events, Cursor(row.txid, row.seq), row.occurred_at)


def page(connection: Connection, after: Cursor, upto: Cursor, limit: int) -> Sequence[LoggedEvent]:
    """The first events after a cursor, up to another one, in the order of the log. Raises Removed."""
    rows = connection.exec_driver_sql(_PAGE.text, _values(after, upto, limit)).all()
    if rows and rows[0].removed > after.txid:
        raise Removed
    return [LoggedEvent._make(row[:-1]) for row in rows]


def _values(after: Cursor, upto: Cursor, limit: int) -> dict[str, str | int]:
    return {"limit": limit, **cursor_values(after), **cursor_values(upto, "upto_")}
