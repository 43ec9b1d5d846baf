"""The ledger: what must hold of stock and money at every moment, checked on the orders in flight.

The drills have a stricter one, which reads everything. This one is cheap enough to run while the platform works.
"""

from collections.abc import Mapping

from sqlalchemy import Engine

from pedidos.domain.order import Status, StockPart, stock_part
from pedidos.storage.engine import in_statement

RESERVING = [status.value for status in Status if stock_part(status) is StockPart.RESERVED]

# One statement, so one snapshot: a step changes an order, its stock and its payment in one transaction.
_VIOLATIONS = """
with held as materialized (
    select i.product_id, sum(i.quantity) as units
    from orders o join order_items i on i.order_id = o.id
    where o.in_flight and o.release_at is null and o.status = any(%(reserving)s)
    group by i.product_id
)
select
    (select count(*) from stock s left join held h using (product_id)
     where s.reserved <> coalesce(h.units, 0)) as stock,
    (select count(*) from orders o left join payments p on p.order_id = o.id
     where o.in_flight and o.release_at is null and o.status = %(paid)s
       and (p.status is distinct from 'captured' or p.amount_cents <> o.total_cents)) as money
"""


def violations(engine: Engine) -> Mapping[str, int]:
    """The number of violations per invariant. stock: products whose reserved units are not those of the orders that
    reserve them. money: paid orders without a captured payment of their total. Raises DatabaseUnavailable, Held."""
    values = {"reserving": RESERVING, "paid": Status.PAID.value}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_VIOLATIONS, values).one())
    return {"stock": row.stock, "money": row.money}
