"""Whether the merchant has said that an order is ready: its event is what is kept of that."""

from uuid import UUID

from sqlalchemy import Connection

from pedidos.storage.sql import Sql

READY_AT = Sql("(select occurred_at from order_events where order_id = o.id and type = 'order.ready')")
"""When an order (o) became ready."""

_IS_READY = "select exists (select from order_events where order_id = %(id)s and type = 'order.ready')"


def is_ready(connection: Connection, order_id: UUID) -> bool:
    """Whether it was said before. The caller has locked the order."""
    found: bool = connection.exec_driver_sql(_IS_READY, {"id": order_id}).scalar_one()
    return found
