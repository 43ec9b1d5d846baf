"""An event in the log."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.cursor import Cursor
from pedidos.storage.engine import in_statement
from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.sql import Sql


class LoggedEvent(NamedTuple):
    """A row of order_events. txid and seq are its cursor; version counts the order's events from 1."""

    txid: int
    seq: int
    order_id: UUID
    version: int
    type: str
    status: str
    customer_id: UUID
    merchant_id: UUID
    detail: dict[str, Any]
    traceparent: str | None
    occurred_at: datetime

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.txid, self.seq)


COLUMNS = Sql("""e.txid, e.seq, e.order_id, e.version, e.type, e.status, e.customer_id, e.merchant_id, e.detail,
       e.traceparent, e.occurred_at""")
"""The fields of LoggedEvent, from order_events as e."""

_AT = Sql(
    "select {columns} from order_events as e where e.txid = %(txid)s::xid8 and e.seq = %(seq)s",
    columns=COLUMNS,
)


def at(engine: Engine, cursor: Cursor) -> LoggedEvent | None:
    """The event at this place of the log, or None."""
    values = cursor_values(cursor)
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_AT.text, values).one_or_none())
    return None if row is None else LoggedEvent._make(row)
