"""The connections of the api to PostgreSQL: a pool for each kind of request, so that none uses up the others."""

from dataclasses import dataclass

from sqlalchemy import Engine

from pedidos.processes.api.compartments import Kind
from pedidos.settings.processes import ApiSettings
from pedidos.storage.engine import make_engine

LOCK_SECONDS = 0.3
"""Longest wait of a request for a lock. It occupies a connection meanwhile, which others need."""


@dataclass(frozen=True, slots=True)
class Engines:
    """placing: also for the check whether the database answers."""

    placing: Engine
    lists: Engine
    others: Engine


def make_engines(settings: ApiSettings) -> Engines:
    """Divides PEDIDOS_DATABASE_POOL connections, at least four. Placing has two: one for orders, which concurrent
    requests share, and one for the check whether the database answers."""
    most = settings.database_pool
    lists = max(1, most * 3 // 10)

    def engine(kind: Kind, connections: int) -> Engine:
        name = f"{settings.instance} {kind}"
        return make_engine(settings, name, settings.database_timeout_seconds, LOCK_SECONDS, connections)

    return Engines(engine(Kind.PLACING, 2), engine(Kind.LISTS, lists), engine(Kind.OTHERS, max(1, most - lists - 2)))
