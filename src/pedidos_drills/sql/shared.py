"""Reads what the ledger needs of some orders, on a platform that others use too."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Engine, text

from pedidos.storage.engine import in_transaction

_OF_KEYS = text("select order_id from idempotency_keys where customer_id = any(:customers) and key = any(:keys)")

_STATES = text("select status, count(*) from orders where id = any(:orders) group by status")

_ASKED_AGAIN = text("select count(*) from payments where order_id = any(:orders) and attempts > 1")

_COUNTED = text("""
select subject from audit_log where action = 'product.counted' and at > to_timestamp(:since)
""")


def orders_of_keys(engine: Engine, customers: Collection[str], keys: Collection[str]) -> Sequence[UUID]:
    """The orders that these customers placed under these Idempotency-Keys, also those whose answer got lost."""
    values = {"customers": [UUID(customer) for customer in customers], "keys": list(keys)}
    return in_transaction(engine, lambda connection: connection.execute(_OF_KEYS, values).scalars().all())


def states(engine: Engine, orders: Collection[str]) -> dict[str, int]:
    """How many of these orders are in each state."""
    values = {"orders": [UUID(order) for order in orders]}
    return in_transaction(engine, lambda connection: {row[0]: row[1] for row in connection.execute(_STATES, values)})


def asked_again(engine: Engine, orders: Collection[str]) -> int:
    """For how many of these orders the gateway was asked more than once."""
    values = {"orders": [UUID(order) for order in orders]}
    return in_transaction(engine, lambda connection: int(connection.execute(_ASKED_AGAIN, values).scalar_one()))


def counted_since(engine: Engine, since: float) -> set[str]:
    """The products whose units a merchant has counted since then (seconds since 1970)."""
    rows = in_transaction(engine, lambda connection: connection.execute(_COUNTED, {"since": since}).scalars().all())
    return {str(subject) for subject in rows}
