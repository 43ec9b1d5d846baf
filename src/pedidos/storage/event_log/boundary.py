"""The boundary of the log: below it, all events are known to a reader.

Below the bound (finality.py) no event can appear any more. So the events with lower txid are final: every later read
finds the same ones, until they are old enough to be removed. The newest transaction that lost events is the horizon: a
reader that resumes from a cursor at or below it may miss events.

The boundary is the txid after that of the newest final event. Between it and the bound there are no events. But after a
crash, PostgreSQL can assign txids a second time, if nothing of their transactions had reached the disk. Then there may
be some.
"""

from typing import Any

from sqlalchemy import Engine, Row

from pedidos.storage.engine import in_statement
from pedidos.storage.event_log.finality import BOUND
from pedidos.storage.sql import Sql

NEWEST = Sql(
    """greatest(
           (select max(txid) from order_events where txid < {bound}),
           (select removed from event_log_horizon)
       ) as newest_txid""",
    bound=BOUND,
)
"""The newest transaction below the boundary: the horizon, if all events have been removed."""

_NEWEST = Sql("select {newest}", newest=NEWEST)


def current_boundary(engine: Engine) -> int:
    """The boundary now, a txid."""
    return of_row(in_statement(engine, lambda connection: connection.exec_driver_sql(_NEWEST.text).one()))


def of_row(row: Row[Any]) -> int:
    """The boundary in a row that has NEWEST."""
    newest: int = row.newest_txid
    return newest + 1
