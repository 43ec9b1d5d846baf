"""Connections to PostgreSQL, with a limit on every wait."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import orjson
import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled, SerializationFailure
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    PoolProxiedConnection,
    QueuePool,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pedidos.errors import ConnectionsExhausted, ConstraintViolated, DatabaseUnavailable, Held
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage import pooled
from pedidos.storage.bounded import BoundedConnection, ConnectionFactory, NoAnswer
from pedidos.storage.session import LOCK_SECONDS, SINCE_17, WITHIN, Plans, as_options, session
from pedidos.telemetry.catalogue import connections as metrics

T = TypeVar("T")

POOLED = "pedidos_pooled"
"""The execution option of an engine that leads to a pooler."""

_UNAVAILABLE = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)
"""PostgreSQL cannot be reached, does not answer in time, or cannot do its own work. A file that it may not write, for
example, is an InternalError."""

HELD_ERRORS = (LockNotAvailable, QueryCanceled, DeadlockDetected)
"""Another transaction holds a row that the statement needs, or the statement took too long."""


class _Pool(QueuePool):
    """A pool that raises ConnectionsExhausted."""

    def connect(self) -> PoolProxiedConnection:
        try:
            return super().connect()
        except PoolTimeout as error:
            raise ConnectionsExhausted("all connections are in use, and none became free in time") from error


def make_engine(
    settings: DatabaseSettings,
    application: str,
    answer_seconds: float | None = None,
    lock_seconds: float = LOCK_SECONDS,
    connections: int | None = None,
    plans: Plans = Plans.CHOSEN,
) -> Engine:
    """An engine for one process. application: the name that PostgreSQL shows for its connections.

    answer_seconds: the longest wait for an answer, by default a little more than a statement may take in the server.
    lock_seconds: the longest wait for a lock. connections: the maximum, by default that of the process. plans: of the
    statements that they repeat.
    """
    answer = settings.statement_timeout_seconds / WITHIN if answer_seconds is None else answer_seconds
    values = session(settings, answer, lock_seconds, plans)
    engine = create_engine(
        _url(settings.database_url),
        poolclass=_Pool,
        pool_size=connections or settings.database_pool,
        max_overflow=0,
        json_deserializer=orjson.loads,
        hide_parameters=True,  # an error's text is logged, and would show them: payment tokens, for example
        pool_timeout=settings.database_timeout_seconds,
        execution_options={POOLED: settings.database_pooler},
    )
    client_side = {
        "connect_timeout": max(2, round(settings.database_timeout_seconds)),  # libpq: whole seconds, 2 or more
        "application_name": application,
        # A pooler gives the next transaction another session, which knows nothing of our prepared statements.
        "prepare_threshold": None if settings.database_pooler else 2,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": round(settings.statement_timeout_seconds * 1000),
    }
    door = ConnectionFactory(answer)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, _positional: object, named: dict[str, Any]) -> BoundedConnection:
        now = settings.now("database_url")
        if now != settings.database_url:  # it was rotated
            named = dict(engine.dialect.create_connect_args(_url(now))[1])
        if settings.database_pooler:
            return pooled.connect(door, named | client_side)
        return _connect(door, named | client_side, values)

    if settings.database_pooler:
        pooled.settle(engine, values)
    event.listen(engine, "handle_error", _raise_ours)
    return engine


def _url(address: str) -> URL:
    return make_url(address).set(drivername="postgresql+psycopg")


def _connect(door: ConnectionFactory, named: Mapping[str, Any], values: dict[str, str]) -> BoundedConnection:
    """values: of the session. One that this version of PostgreSQL does not know is removed from them, for good."""
    tried = dict(values)
    try:
        return door.connect(**named, options=as_options(tried))
    except psycopg.OperationalError as error:
        unknown = [name for name in SINCE_17 if name in tried and f'"{name}"' in str(error)]
        if not unknown:
            raise
        for name in unknown:
            values.pop(name, None)  # another thread may have found out too
        return _connect(door, named, values)


def measure(engine: Engine, pool: str = "main") -> Engine:
    """The engine, whose connections in use are a metric from now on. pool: which pool of its process it is."""
    connections = engine.pool
    if isinstance(connections, QueuePool):
        metrics.DATABASE_CONNECTIONS_USED[pool].set_function(connections.checkedout)
        metrics.DATABASE_CONNECTIONS_MOST[pool].set(connections.size())
    return engine


def _raise_ours(context: ExceptionContext) -> None:
    """Raises the error of pedidos.errors for one of the driver. An error that the statement caused stays as it is."""
    original = context.original_exception
    if isinstance(original, HELD_ERRORS):
        raise Held(str(original)) from original
    if isinstance(original, psycopg.IntegrityError):
        found = original.diag
        # Without its cause: PostgreSQL's DETAIL shows the row.
        raise ConstraintViolated(found.message_primary or type(original).__name__, found.constraint_name) from None
    lost = context.is_disconnect and isinstance(original, psycopg.Error)  # Ctrl-C is a disconnect too
    if lost or isinstance(original, _UNAVAILABLE):
        # Repeated if the connection was dead, or the transaction was too old to write to the event log.
        repeat = (lost and not isinstance(original, NoAnswer)) or isinstance(original, SerializationFailure)
        raise DatabaseUnavailable(str(original), connection_lost=lost, repeat_at_once=repeat) from original


def in_transaction(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Runs work as one transaction, and returns its result.

    If the connection turns out to be dead (the server was restarted), it is replaced, and work runs once more. So work
    must be repeatable: the lost connection may have committed it. For other work there is storage.once. Work also runs
    once more if its transaction was too old to write to the event log, which committed nothing. Raises
    DatabaseUnavailable if that fails too, and Held.
    """
    return _twice(lambda: _begin(engine, work))


def in_statement(engine: Engine, work: Callable[[Connection], T]) -> T:
    """The same for work of one statement, in autocommit mode, which saves two round trips. Behind a pooler it is a
    transaction: the settings of our sessions hold for as long as that."""
    if engine.get_execution_options().get(POOLED):
        return _twice(lambda: _begin(engine, work))
    return _twice(lambda: _autocommit(engine, work))


@contextmanager
def statements(engine: Engine) -> Iterator[Connection]:
    """A connection in autocommit mode, for several statements. No statement is repeated. The engine is that of
    DatabaseSettings.as_session(): between statements, a pooler gives the session to others."""
    if engine.get_execution_options().get(POOLED):
        raise RuntimeError("statements() needs a session of its own, and this engine leads to a pooler")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def ping(engine: Engine) -> None:
    """Returns once PostgreSQL has answered. Raises DatabaseUnavailable, Held."""
    in_statement(engine, lambda connection: connection.exec_driver_sql("select 1"))


def _begin(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def _autocommit(engine: Engine, work: Callable[[Connection], T]) -> T:
    with statements(engine) as connection:
        return work(connection)


def _twice(attempt: Callable[[], T]) -> T:
    try:
        return attempt()
    except DatabaseUnavailable as error:
        if not error.repeat_at_once:
            raise
    return attempt()
