"""PostgreSQL."""

from typing import Self

from pydantic import Field

from pedidos.sentence import Sentence
from pedidos.settings.base import Invalid, Settings
from pedidos.settings.groups.broker import WorkerPoolSettings
from pedidos.settings.groups.serving import PageSettings
from pedidos.settings.groups.types import DatabaseUrl


class PoolSettings(Settings):
    database_pool: int = Field(
        10, ge=1, description="Connections that one process keeps at most; an api process at least 4."
    )
    database_timeout_seconds: float = Field(
        1.5, gt=0, description="Longest wait for a connection from the pool or the server."
    )
    statement_timeout_seconds: float = Field(10.0, gt=0, description="Longest run of one statement.")


class DatabaseSettings(PoolSettings):
    database_url: DatabaseUrl = Field(description="PostgreSQL, as postgresql://user:password@host:port/name.")
    database_pooler: bool = Field(
        False,
        description="Whether PEDIDOS_DATABASE_URL leads to a pooler that gives a session for a transaction, such as"
        " PgBouncer with pool_mode transaction.",
    )
    database_direct_url: DatabaseUrl | None = Field(
        None,
        description="PostgreSQL itself where PEDIDOS_DATABASE_URL leads to a pooler: for what needs a session of its"
        " own (the relay, commands that migrate).",
    )

    def as_session(self) -> Self:
        """The same settings, with the address at which a session lasts. Raises Invalid if there is none."""
        if not self.database_pooler:
            return self
        if self.database_direct_url is None:
            raise Invalid(
                Sentence(
                    "{reader} needs a session of its own at PostgreSQL, and PEDIDOS_DATABASE_POOLER says that"
                    " PEDIDOS_DATABASE_URL leads to a pooler. Set PEDIDOS_DATABASE_DIRECT_URL.",
                    reader=self.reader,
                )
            )
        return self.taking("database_url", "database_direct_url").model_copy(update={"database_pooler": False})


class OwnerSettings(DatabaseSettings):
    """For commands that change the schema, or check whether it can be changed."""

    database_owner_url: DatabaseUrl | None = Field(
        None,
        description="PostgreSQL itself, no pooler, as the role that owns the tables. Default: PEDIDOS_DATABASE_URL.",
    )

    def as_owner(self) -> Self:
        """The same settings, with the role that owns the tables, in a session of its own. Raises Invalid."""
        if self.database_owner_url is None:
            return self.as_session()
        return self.taking("database_url", "database_owner_url").model_copy(update={"database_pooler": False})


class RoomSettings(PoolSettings, WorkerPoolSettings, PageSettings):
    """The number of connections that the processes open follows from these."""


class ConnectionSettings(RoomSettings, OwnerSettings):
    """For the check of PostgreSQL."""
