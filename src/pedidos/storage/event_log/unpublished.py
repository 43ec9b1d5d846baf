"""The events that the relay publishes next, and the notifications about new ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection

from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.event_log.events import COLUMNS, LoggedEvent
from pedidos.storage.event_log.finality import BOUND
from pedidos.storage.event_log.positions import Position
from pedidos.storage.orders.placing import NOTIFY_CHANNEL
from pedidos.storage.sql import Sql

IS_FINAL = Sql(f"e.txid < {BOUND.text}")
"""Events of transactions that still run may come to lie among those that are visible already. Below the bound no event
can appear any more. So what is read is final, and no late commit is skipped."""

_READ = Sql(
    """
select {columns}
from order_events e
where (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s) and {is_final}
order by e.txid, e.seq
limit %(limit)s
""",
    columns=COLUMNS,
    is_final=IS_FINAL,
)

# The name of a channel cannot be a parameter.
_LISTEN, _UNLISTEN = f"listen {NOTIFY_CHANNEL}", f"unlisten {NOTIFY_CHANNEL}"


def read(connection: Connection, position: Position, limit: int) -> list[LoggedEvent]:
    """The next events after the position, at most limit, in the order of the log."""
    values = {"limit": limit, **cursor_values(position.cursor)}
    return [LoggedEvent._make(row) for row in connection.exec_driver_sql(_READ.text, values).all()]


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
