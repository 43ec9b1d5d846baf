"""Sells the units of orders that are paid."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.order import Status
from pedidos.domain.steps import ENTRY, Step
from pedidos.storage.orders.transitions import LOCKED, MOVED, transition_params
from pedidos.storage.sql import Sql

# Every transaction locks orders first, then stock in the order of the product ids, to avoid deadlocks.
SOLD = Sql(
    """units as materialized (
    select product_id, sum(quantity)::int as units from order_items
    where order_id in (select id from moved)
    group by product_id
), locked_stock as materialized (
    select product_id from stock where product_id in (select product_id from units)
    order by product_id for no key update
), sold as (
    update stock s set reserved = s.reserved - u.units, sold = s.sold + u.units
    from units u join locked_stock using (product_id)
    where s.product_id = u.product_id
)"""
)
"""Moves the units of the orders in `moved` from reserved to sold."""

_SELL = Sql(
    """
with {locked}, wanted as (
    select id, %(detail)s::jsonb as detail from locked
), {moved}, {sold}
select id from moved
""",
    locked=LOCKED,
    moved=MOVED,
    sold=SOLD,
)


def sell(connection: Connection, order_ids: Sequence[UUID], by: str) -> list[UUID]:
    """Confirms the orders that are paid, and moves their units from reserved to sold. Returns these orders."""
    values = transition_params(order_ids, ENTRY[Step.CONFIRM], Status.CONFIRMED, by)
    return [row.id for row in connection.exec_driver_sql(_SELL.text, values)]
