"""Releases stock: units that were reserved for orders are on hand again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.order import StockPart
from pedidos.storage.arrays import uuids


def _release(part: StockPart) -> str:
    # Every transaction locks stock in the order of the product ids, to avoid deadlocks. The part is a column.
    return f"""
with units as materialized (
    select product_id, sum(quantity)::int as units from order_items
    where order_id = any(%(ids)s::uuid[])
    group by product_id
), locked_stock as materialized (
    select product_id from stock where product_id in (select product_id from units)
    order by product_id for no key update
)
update stock s set {part} = s.{part} - u.units, on_hand = s.on_hand + u.units
from units u join locked_stock using (product_id)
where s.product_id = u.product_id
"""  # noqa: S608  # constants


_RELEASE = {part: _release(part) for part in (StockPart.RESERVED, StockPart.SOLD)}


def release(connection: Connection, order_ids: Sequence[UUID], part: StockPart) -> None:
    """Puts all units of these orders back on hand. part: where they are now. The caller has locked the orders."""
    if order_ids and part in _RELEASE:
        connection.exec_driver_sql(_RELEASE[part], {"ids": uuids(order_ids)})
