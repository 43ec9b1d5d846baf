"""Reads the code that the customer of an order tells its courier, as that customer would."""

from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

_CODE = "select code from delivery_codes where order_id = %(id)s"


def code_of(engine: Engine, order_id: UUID) -> str:
    """The code; four zeros if there is none."""
    found = in_statement(engine, lambda connection: connection.exec_driver_sql(_CODE, {"id": order_id}).scalar())
    return found or "0000"
