"""Stock counts: a merchant reports how many units are on hand."""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue.products import Product
from pedidos.storage.once import once

# A count is of the units on the shelf. Units of orders in flight or delivered stay as they are.
_COUNT_STOCK = """
with counted as (
    insert into stock (product_id, on_hand)
    select id, %(on_hand)s from products where id = %(id)s and merchant_id = %(merchant)s
    on conflict (product_id) do update set on_hand = excluded.on_hand
    returning product_id, on_hand, old.on_hand as former
)
select p.id, p.merchant_id, p.name, p.description, p.price_cents, p.active, c.on_hand, p.updated_at, c.former
from products p join counted c on c.product_id = p.id
"""


def count_stock(engine: Engine, merchant_id: UUID, product_id: UUID, on_hand: int, who: Who) -> Product | None:
    """Sets the units on hand to the count. None if this merchant has no such product."""
    values = {"id": product_id, "merchant": merchant_id, "on_hand": on_hand}

    def work(connection: Connection) -> Product | None:
        row = connection.exec_driver_sql(_COUNT_STOCK, values).one_or_none()
        if row is None:
            return None
        *fields, former = row
        write(connection, Entry(Action.PRODUCT_COUNTED, who, str(product_id), detail={"on_hand": [former, on_hand]}))
        return Product(*fields)

    return once(engine, work)
