"""Deletes old entries of the audit log."""

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

# Numbers grow with time, so the oldest entries are the first of the primary key. A trigger refuses younger ones than it
# protects.
_DELETE_OLD = """
delete from audit_log where number = any(array(
    select number from (select number, at from audit_log order by number limit %(limit)s) oldest
    where at < now() - %(days)s * interval '1 day'
))
"""


def delete_old(engine: Engine, days: int, limit: int) -> int:
    """Deletes entries that are older than this number of days, at most limit. Returns their number."""
    values = {"days": days, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_DELETE_OLD, values).rowcount)
