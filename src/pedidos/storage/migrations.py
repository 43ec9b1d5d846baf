"""Alembic revisions, each of which runs plain SQL files."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

FOLDER = Path(__file__).parents[3] / "migrations"

# Any constant will do: it only has to be the same for everyone who migrates.
_LOCK = text("select pg_advisory_lock(7336431)")
_UNLOCK = text("select pg_advisory_unlock(7336431)")


def sql(name: str) -> str:
    """The text of one of the SQL files."""
    return (FOLDER / "sql" / name).read_text(encoding="utf-8").replace("%", "%%")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, revision: str = "head") -> str | None:
    """Brings the schema to a revision ("head": the newest, "base": none); returns the one it was at before.

    Two that migrate at the same time wait for each other.
    """
    with engine.connect() as connection:
        connection.execute(_LOCK)
        connection.commit()
        try:
            before = MigrationContext.configure(connection).get_current_revision()
            connection.commit()
            if revision == "base":
                command.downgrade(_config(connection), revision)
            else:
                command.upgrade(_config(connection), revision)
            connection.commit()
        finally:
            connection.execute(_UNLOCK)
            connection.commit()
    return before


def newest() -> str | None:
    """The newest revision that this code knows."""
    return ScriptDirectory(str(FOLDER)).get_current_head()
