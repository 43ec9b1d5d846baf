"""The history of a product's stock: who counted or received, when, and why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement
from pedidos.storage.inventory.counting import Kind


@dataclass(frozen=True, slots=True)
class StockChange:
    """former and on_hand: units on hand before and after. account_name: None if no account did it, as for demo data."""

    id: UUID
    kind: Kind
    former: int
    on_hand: int
    reason: str
    account_id: UUID | None
    account_name: str | None
    at: datetime


_CHANGES = """
select c.id, c.kind, c.former, c.on_hand, c.reason, c.account_id, a.name, c.at
from stock_changes c left join accounts a on a.id = c.account_id
where c.product_id = %(product)s and (%(before)s::uuid is null or c.id < %(before)s)
  and (select merchant_id from products where id = %(product)s) = %(merchant)s
order by c.id desc limit %(limit)s
"""


def changes(engine: Engine, merchant_id: UUID, product_id: UUID, before: UUID | None, limit: int) -> list[StockChange]:
    """Newest first, at most limit; none for a product of another merchant. before: the last one of the page before."""
    values = {"merchant": merchant_id, "product": product_id, "before": before, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_CHANGES, values).all())
    return [StockChange(row[0], Kind(row[1]), *row[2:]) for row in rows]
