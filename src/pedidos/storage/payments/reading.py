"""Reads the payment of an order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.payment import PaymentStatus
from pedidos.storage.engine import in_statement

_OF_ORDER = """
select amount_cents, status, reference, asked_at, updated_at from payments where order_id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Payment:
    """reference: the payment provider's, once it has answered. asked_at: when the provider was first asked; None if
    it was not yet. updated_at: when the status was set."""

    amount_cents: int
    status: PaymentStatus
    reference: str | None
    asked_at: datetime | None
    updated_at: datetime


def of_order(engine: Engine, order_id: UUID) -> Payment | None:
    """The payment; None if the gateway was not asked yet."""
    values = {"id": order_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_OF_ORDER, values).one_or_none())
    return Payment(row.amount_cents, PaymentStatus(row.status), *row[2:]) if row else None
