"""The causes of dead letters: those with the same source, and the same reason but for ids, quoted texts and numbers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from pedidos.storage.dead_letters.letters import CAUSE, MATCHING, Filter, filter_values
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

MOST_READ = 10_000
"""The number of letters, the newest, that are grouped."""

_GROUPS = Sql(
    """
with newest as materialized (
    select source, created_at, reason from dead_letters where {matching} order by id desc limit %(most)s
)
select source, {cause} as cause, count(*) as letters, min(created_at) as oldest, max(created_at) as newest
from newest group by source, cause order by letters desc, newest desc
limit %(limit)s
""",
    cause=CAUSE,
    matching=MATCHING,
)


@dataclass(frozen=True, slots=True)
class Cause:
    """letters: how many have it, the oldest and the newest of which were written then."""

    source: str
    text: str
    letters: int
    oldest: datetime
    newest: datetime


def of_letters(engine: Engine, wanted: Filter, limit: int) -> list[Cause]:
    """The causes of the newest MOST_READ letters that match, the most frequent first; at most limit causes."""
    values = filter_values(wanted) | {"most": MOST_READ, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_GROUPS.text, values).all())
    return [Cause(*row) for row in rows]
