"""Deletes idempotency keys that are older than they are kept."""

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

# now() is stable, so PostgreSQL can use the index. With clock_timestamp(), which is volatile, it would read the whole
# table. Rows that other sessions hold are left for the next run.
_DELETE_EXPIRED = """
delete from idempotency_keys where ctid = any(array(
    select ctid from idempotency_keys
    where created_at < now() - %(hours)s * interval '1 hour'
    order by created_at
    limit %(limit)s
    for update skip locked
))
"""


def delete_expired(engine: Engine, hours: int, limit: int) -> int:
    """Deletes keys that are older than `hours`, at most limit. Returns their number."""
    values = {"hours": hours, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_DELETE_EXPIRED, values).rowcount)
