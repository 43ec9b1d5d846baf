"""Units of orders, moved from one part of the stock to another."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.order import StockPart
from pedidos.domain.stock import Want

_WANTS = """
select order_id, product_id, sum(quantity)::int as units
from order_items where order_id = any(%(ids)s)
group by order_id, product_id
order by order_id, product_id
"""

# In the order of the products, always: two batches that want the same rows then wait for each other, never in a circle.
_LOCK = """
select product_id, on_hand from stock where product_id = any(%(products)s::uuid[]) order by product_id for no key update
"""


def wants(connection: Connection, order_ids: Sequence[UUID]) -> list[Want]:
    """What each order asks for; ids as text, oldest order first (ids are UUIDv7)."""
    found: dict[str, dict[str, int]] = {}
    for row in connection.exec_driver_sql(_WANTS, {"ids": list(order_ids)}):
        found.setdefault(str(row.order_id), {})[str(row.product_id)] = row.units
    return [Want(order_id, units) for order_id, units in found.items()]


def lock(connection: Connection, product_ids: Sequence[str]) -> dict[str, int]:
    """Units on hand per product, which stay so until the transaction ends."""
    rows = connection.exec_driver_sql(_LOCK, {"products": list(product_ids)})
    return {str(row.product_id): row.on_hand for row in rows}


def shift(connection: Connection, units: Mapping[str, int], source: StockPart, target: StockPart) -> None:
    """Moves units per product from one part to the other. The rows are locked already."""
    if not units or source is target:
        return
    # The names come from an enum whose values are the columns.
    connection.exec_driver_sql(
        f"""
        update stock s set {source} = s.{source} - u.units, {target} = s.{target} + u.units
        from unnest(%(products)s::uuid[], %(units)s::int[]) as u (product_id, units)
        where s.product_id = u.product_id
        """,  # noqa: S608
        {"products": list(units), "units": list(units.values())},
    )


def shift_orders(connection: Connection, order_ids: Sequence[UUID], source: StockPart, target: StockPart) -> None:
    """Moves all units of these orders from one part to the other."""
    if not order_ids or source is target:
        return
    units: dict[str, int] = {}
    for want in wants(connection, order_ids):
        for product, count in want.units.items():
            units[product] = units.get(product, 0) + count
    lock(connection, list(units))
    shift(connection, units, source, target)
