"""Deletes dead letters that were closed long ago."""

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

# Their trails go with them (on delete cascade). A letter that is open stays, however old it is.
_DELETE_CLOSED = """
delete from dead_letters where id = any(array(
    select id from dead_letters where status <> 'open' and resolved_at < now() - %(days)s * interval '1 day'
    limit %(limit)s for update skip locked
))
"""


def delete_closed(engine: Engine, days: int, limit: int) -> int:
    """Deletes letters that were closed at least this number of days ago, at most limit. Returns their number."""
    values = {"days": days, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_DELETE_CLOSED, values).rowcount)
