"""Alembic revisions, each of which runs plain SQL files."""

import time
from importlib.resources import files

from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import PendingRollbackError

from pedidos.errors import PedidosError
from pedidos.sentence import Sentence
from pedidos.settings.groups.database import OwnerSettings
from pedidos.storage import grants, older_servers
from pedidos.storage.engine import make_engine

PACKAGE = files("pedidos.migrations")
"""Alembic's environment, the revisions in versions/ and their statements in sql/."""

LOCATION = "pedidos:migrations"
"""The same package, in the form that Alembic expects."""

LOOK_SECONDS = 0.05
WAIT_SECONDS = 60.0
STATEMENT_SECONDS = 900.0
"""Limit of a statement of a migration, which may rewrite a large table or build an index."""

# Any constant will do, as long as it is the same for every migration. The lock is polled. A session that waited for it
# inside PostgreSQL would be an open transaction, and `create index concurrently` waits until there is none.
_LOCK = "select pg_try_advisory_lock(7336431)"
_UNLOCK = "select pg_advisory_unlock(7336431)"


def sql(name: str) -> str:
    """The text of one of the SQL files. Before PostgreSQL 17, that of its variant, if there is one, which leads to the
    same schema."""
    stem, _, kind = name.partition(".")
    variant = f"{stem}.before_17.{kind}"
    if (PACKAGE / "sql" / variant).is_file() and older_servers.is_before_17(op.get_bind()):
        name = variant
    return (PACKAGE / "sql" / name).read_text(encoding="utf-8").replace("%", "%%")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", LOCATION)
    config.attributes["connection"] = connection
    return config


class Busy(PedidosError):
    """Another migration is running, and does not end."""


def make_migration_engine(settings: OwnerSettings, application: str) -> Engine:
    """An engine of the tables' owner, with the time limits of migrations: building an index concurrently waits for all
    open transactions."""
    told = settings.as_owner().model_copy(update={"statement_timeout_seconds": STATEMENT_SECONDS})
    return make_engine(told, application, lock_seconds=STATEMENT_SECONDS)


def migrate(engine: Engine, revision: str = "head") -> str | None:
    """Brings the schema to a revision ("head": the newest, "base": none). Returns the revision that it had before.

    At the newest revision, the roles of the processes get their rights, if these roles exist.

    Only one migration runs at a time. Raises Busy after waiting for a minute, and DatabaseUnavailable if the session is
    lost. To complete an interrupted migration, call this again.
    """
    with engine.connect() as connection:
        _lock(connection)
        try:
            before = MigrationContext.configure(connection).get_current_revision()
            connection.commit()
            if revision == "base":
                command.downgrade(_config(connection), revision)
                older_servers.remove(connection)
            else:
                older_servers.provide(connection)
                connection.commit()
                command.upgrade(_config(connection), revision)
            connection.commit()
            if revision == "head":
                grants.give(connection)
                connection.commit()
        except BaseException as error:
            connection.invalidate()  # the lock ends with the session, in any state
            if isinstance(error, PendingRollbackError) and error.__context__ is not None:
                raise error.__context__ from None  # Alembic's cleanup hides that the session was lost
            raise
        connection.exec_driver_sql(_UNLOCK)
        connection.commit()
    return before


def _lock(connection: Connection) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        granted = connection.exec_driver_sql(_LOCK).scalar_one()
        connection.commit()
        if granted:
            return
        if time.monotonic() > deadline:
            raise Busy(
                Sentence(
                    "another migration has been running for more than {wait_seconds:g} s", wait_seconds=WAIT_SECONDS
                )
            )
        time.sleep(LOOK_SECONDS)


def newest() -> str | None:
    """The newest revision that this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()
