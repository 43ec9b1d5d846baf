"""Idempotency keys are kept for a while, then deleted."""

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

# now() in place of clock_timestamp(), with which PostgreSQL would read the whole table. Rows that others hold wait for
# the next time.
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
    """Deletes keys that are older, at most limit; returns their number."""
    values = {"hours": hours, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_DELETE_EXPIRED, values).rowcount)
