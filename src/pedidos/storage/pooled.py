"""Connections through a pooler that gives a session for a transaction, such as PgBouncer (pool_mode transaction).

A session belongs to somebody else after each commit. So what our sessions set when they begin is set in each
transaction, for this transaction alone, and no statement is prepared. What needs a session of its own (LISTEN, a lock
that outlives a transaction) does not come here: DatabaseSettings.as_session().
"""

from collections.abc import Mapping
from typing import Any

from psycopg import IsolationLevel
from sqlalchemy import Connection, Engine, event

from pedidos.storage.bounded import BoundedConnection, ConnectionFactory
from pedidos.storage.older_servers import is_before_17
from pedidos.storage.session import SINCE_17

OF_SESSIONS = (
    "default_transaction_isolation",
    "default_transaction_read_only",
    "default_transaction_deferrable",
    "exit_on_error",
    "idle_session_timeout",
    "plan_cache_mode",
)
"""Settings that mean nothing within a transaction: its beginning says them, or the pooler answers for them."""


def connect(door: ConnectionFactory, named: Mapping[str, Any]) -> BoundedConnection:
    """A connection that begins each transaction with what a session would have as its default."""
    connection = door.connect(**named)
    connection.isolation_level = IsolationLevel.READ_COMMITTED
    connection.read_only = False
    connection.deferrable = False
    return connection


def settle(engine: Engine, values: Mapping[str, str]) -> None:
    """Sets these values at the beginning of each transaction."""
    known = {name: value for name, value in values.items() if name not in OF_SESSIONS}
    older = {name: value for name, value in known.items() if name not in SINCE_17}
    statements = {False: _setting(older), True: _setting(known)}

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(*statements[not is_before_17(connection)])


def _setting(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    calls = ", ".join(f"set_config('{name}', %({name})s, true)" for name in values)
    return f"select {calls}", dict(values)
