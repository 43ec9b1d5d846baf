"""Changes to times and to the order of transactions that a simulation makes and that no clock setting could make."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.storage.engine import in_statement

_MAKE_DUE = """
with due as (
    update payments set next_attempt = clock_timestamp() - interval '1 second' where order_id = any(%(ids)s)
)
update stalled_orders set next_hint = clock_timestamp() - interval '1 second' where order_id = any(%(ids)s)
"""

TAKE_NUMBER = "select pg_current_xact_id()"


def pass_time(engine: Engine, order_ids: Sequence[UUID]) -> None:
    """Ends the leases of these orders' payments and every pause between two checks of them."""
    in_statement(engine, lambda connection: connection.exec_driver_sql(_MAKE_DUE, {"ids": list(order_ids)}))


def take_number(connection: Connection) -> None:
    """Assigns the transaction its id now, so that it is older than transactions that commit before its first change."""
    connection.exec_driver_sql(TAKE_NUMBER)
