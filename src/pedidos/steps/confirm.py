"""confirm: paid → confirmed. Moves the units from reserved to sold."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement
from pedidos.storage.inventory.selling import sell


def confirm(engine: Engine, order_ids: Sequence[UUID], by: str) -> list[UUID]:
    """Confirms the orders that are paid, and returns them."""
    return in_statement(engine, lambda connection: sell(connection, order_ids, by))
