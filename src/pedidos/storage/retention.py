"""What leaves the tables with time."""

from sqlalchemy import Connection, Engine

from pedidos.storage.engine import in_statement

_EXPIRED_KEYS = """
delete from idempotency_keys where ctid = any(array(
    select ctid from idempotency_keys
    where created_at < clock_timestamp() - %(hours)s * interval '1 hour'
    limit %(limit)s
))
"""

_EXPIRED_TOKENS = """
delete from refresh_tokens where ctid = any(array(
    select ctid from refresh_tokens where expires_at < clock_timestamp() limit %(limit)s
))
"""


def sweep(engine: Engine, idempotency_hours: int, limit: int) -> int:
    """Deletes expired idempotency keys and refresh tokens, at most limit of each; returns how many went."""

    def work(connection: Connection) -> int:
        keys = connection.exec_driver_sql(_EXPIRED_KEYS, {"hours": idempotency_hours, "limit": limit})
        tokens = connection.exec_driver_sql(_EXPIRED_TOKENS, {"limit": limit})
        return keys.rowcount + tokens.rowcount

    return in_statement(engine, work)
