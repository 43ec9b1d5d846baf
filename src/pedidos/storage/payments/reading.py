"""Reads the payment of an order."""

from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.payment import Payment, PaymentStatus
from pedidos.storage.engine import in_statement

_OF_ORDER = """
select amount_cents, status, reference, asked_at, updated_at from payments where order_id = %(id)s
"""


def of_order(engine: Engine, order_id: UUID) -> Payment | None:
    """The payment; None if the gateway was not asked yet."""
    values = {"id": order_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_OF_ORDER, values).one_or_none())
    return Payment(row.amount_cents, PaymentStatus(row.status), *row[2:]) if row else None
