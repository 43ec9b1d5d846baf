"""The facts about a PostgreSQL server, from a statement that every version and encoding understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import make_url

from pedidos.errors import DatabaseUnavailable
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.bounded import BoundedConnection, ConnectionFactory
from pedidos.storage.session import SEMANTICS, as_options

ANSWER_SECONDS = 5.0
CONNECT_SECONDS = 4


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """number: the version, such as 180006. schema: where tables would be created; None if no schema of the search path
    exists. foreign: tables there with the names of ours that belong to a role of which ours is not a member.
    connections: the maximum that we may open. now: the server's clock, in seconds since the epoch. settled: whether the
    session has the settings with which it began; a pooler may have dropped them.
    """

    version: str
    number: int
    encoding: str
    role: str
    database: str
    standby: bool
    schema: str | None
    may_create: bool
    foreign: list[str]
    connections: int
    fsync: bool
    log_verbosity: str
    now: float
    settled: bool = True


# -1: without a limit.
_LOOK = """
select
    split_part(current_setting('server_version'), ' ', 1) as version,
    current_setting('server_version_num')::int as number,
    pg_encoding_to_char(d.encoding)::text as encoding,
    current_user::text as role,
    current_database()::text as database,
    pg_is_in_recovery() as standby,
    current_schema()::text as schema,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) as may_create,
    array(
        select c.relname::text from pg_class c
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
            and c.relname = any(%(tables)s) and not pg_has_role(c.relowner, 'USAGE')
        order by c.relname
    ) as foreign_tables,
    least(
        nullif(d.datconnlimit, -1), nullif(r.rolconnlimit, -1),
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    ) as connections,
    current_setting('fsync')::bool as fsync,
    current_setting('log_error_verbosity') as log_verbosity,
    extract(epoch from clock_timestamp())::float8 as now,
    coalesce(current_setting('pedidos.session', true) = 'settled', false) as settled
from pg_database d, pg_roles r
where d.datname = current_database() and r.rolname = current_user
"""

TABLES = ("orders", "order_events", "accounts", "products", "stock", "alembic_version")


def look(settings: DatabaseSettings) -> ServerFacts:
    """Asks PostgreSQL, in a session like those of the processes. Raises DatabaseUnavailable.

    It does not use engine.make_engine, which cannot connect to a server that is too old and lacks some of our settings.
    For such a server, it uses a session without them.
    """
    url = make_url(settings.database_url).set(drivername="postgresql+psycopg")
    _, named = url.get_dialect()().create_connect_args(url)
    ours = {"connect_timeout": CONNECT_SECONDS, "application_name": "pedidos", "client_encoding": "UTF8"}
    try:
        connection = _connect(ConnectionFactory(ANSWER_SECONDS), {**named, **ours}, pooler=settings.database_pooler)
        try:
            (row,) = connection.execute(_LOOK, {"tables": list(TABLES)})
        finally:
            connection.close()
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(str(error)) from error
    return ServerFacts(*row)


def _connect(factory: ConnectionFactory, named: Mapping[str, Any], *, pooler: bool) -> BoundedConnection:
    if pooler:
        return factory.connect(**named, prepare_threshold=None)
    try:
        return factory.connect(**named, options=as_options({**SEMANTICS, "pedidos.session": "settled"}))
    except psycopg.OperationalError as error:
        if "unrecognized configuration parameter" not in str(error):
            raise
        return factory.connect(**named)
