"""The api's connections to PostgreSQL: a pool for each kind of request, so that none takes those of another."""

from dataclasses import dataclass

from sqlalchemy import Engine

from pedidos.processes.api.compartments import Kind
from pedidos.settings.processes import ApiSettings
from pedidos.storage.engine import make_engine

LOCK_SECONDS = 0.3
"""Longest wait of a request for a lock; with it waits a connection, which others need."""


@dataclass(frozen=True, slots=True)
class Engines:
    """placing also answers whether the database is there."""

    placing: Engine
    lists: Engine
    others: Engine


def make_engines(settings: ApiSettings) -> Engines:
    """All of them have PEDIDOS_DATABASE_POOL connections together, at least four. Placing needs one, since orders that
    meet share it, and another for the question whether the database is there."""
    most = settings.database_pool
    lists = max(1, most * 3 // 10)

    def engine(kind: Kind, connections: int) -> Engine:
        name = f"{settings.instance} {kind}"
        return make_engine(settings, name, settings.database_timeout_seconds, LOCK_SECONDS, connections)

    return Engines(engine(Kind.PLACING, 2), engine(Kind.LISTS, lists), engine(Kind.OTHERS, max(1, most - lists - 2)))
