"""Deletes idempotency keys that have expired."""

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

# now() in place of clock_timestamp(), with which PostgreSQL would read the whole table. Rows that others hold wait for
# the next time.
_EXPIRED_KEYS = """
delete from idempotency_keys where ctid = any(array(
    select ctid from idempotency_keys
    where created_at < now() - %(hours)s * interval '1 hour'
    order by created_at
    limit %(limit)s
    for update skip locked
))
"""


def expired_keys(engine: Engine, hours: int, limit: int) -> int:
    """Deletes idempotency keys that are older, at most limit; returns how many went."""
    values = {"hours": hours, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_EXPIRED_KEYS, values).rowcount)
