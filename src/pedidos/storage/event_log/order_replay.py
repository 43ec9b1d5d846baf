"""The beginning of an order's live stream: its events up to the boundary."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.cursor import Cursor
from pedidos.storage.engine import in_statement
from pedidos.storage.event_log import boundary
from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.event_log.events import COLUMNS, LoggedEvent
from pedidos.storage.event_log.finality import BOUND
from pedidos.storage.sql import Sql


@dataclass(frozen=True, slots=True)
class OrderReplay:
    """An order's events between a cursor and the boundary (a txid). status: of the newest event below the boundary, if
    any. whole: none of the events has been removed."""

    customer_id: UUID
    merchant_id: UUID
    boundary: int
    status: str | None
    whole: bool
    events: list[LoggedEvent]


_OWN_COLUMNS = 5
"""Columns of a row before those of the event."""

# An order is written together with its first event. All of its events are removed at once, after the order has ended.
# If there are none, the order's row has the last status, and no event was later than the row's transaction.
_REPLAY = Sql(
    """
select o.customer_id as customer, o.merchant_id as merchant,
       {newest},
       case when log.kept then (
           select status from order_events
           where order_id = o.id and txid < {bound}
           order by version desc limit 1
       ) else o.status end as newest_status,
       log.kept or o.txid <= %(txid)s::xid8 as whole,
       {columns}
from orders as o
cross join lateral (select exists (select from order_events where order_id = o.id) as kept) as log
left join order_events as e
       on e.order_id = o.id
      and (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s)
      and e.txid < {bound}
where o.id = %(order_id)s
order by e.version
""",
    newest=boundary.NEWEST,
    columns=COLUMNS,
    bound=BOUND,
)


def replay_order(engine: Engine, order_id: UUID, after: Cursor) -> OrderReplay | None:
    """The order's events after the cursor; None if there is no such order."""
    values = {"order_id": order_id, **cursor_values(after)}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_REPLAY.text, values).all())
    if not rows:
        return None
    first = rows[0]
    events = [LoggedEvent._make(row[_OWN_COLUMNS:]) for row in rows if row.seq is not None]
    return OrderReplay(first.customer, first.merchant, boundary.of_row(first), first.newest_status, first.whole, events)
