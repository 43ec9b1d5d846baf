"""Stock that another session holds, and the orders that want it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement

_WANTING = """
select distinct order_id from order_items
where order_id = any(%(ids)s::uuid[]) and product_id = any(%(products)s::uuid[])
"""

_WANTED = "select distinct product_id from order_items where order_id = any(%(ids)s::uuid[])"

# It tries to lock the rows. Those that it skips are held; the others are free again when the statement ends.
_HELD = """
with free as materialized (
    select product_id from stock where product_id = any(%(products)s::uuid[]) for no key update skip locked
)
select product_id from stock
where product_id = any(%(products)s::uuid[]) and product_id not in (select product_id from free)
"""


def wanting(engine: Engine, order_ids: Sequence[UUID], product_ids: Sequence[UUID]) -> set[UUID]:
    """The orders that want any of the products."""
    values = {"ids": uuids(order_ids), "products": uuids(product_ids)}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_WANTING, values).all())
    return {row.order_id for row in rows}


def wanted(engine: Engine, order_ids: Sequence[UUID]) -> list[UUID]:
    """The products that the orders want."""
    values = {"ids": uuids(order_ids)}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_WANTED, values).all())
    return [row.product_id for row in rows]


def held(engine: Engine, product_ids: Sequence[UUID]) -> list[UUID]:
    """The products whose stock another transaction holds now, even a batch of ours that holds it for an instant."""
    if not product_ids:
        return []
    values = {"products": uuids(product_ids)}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_HELD, values).all())
    return [row.product_id for row in rows]
