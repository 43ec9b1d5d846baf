"""What validation needs to know of orders."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.schedule import Interval
from pedidos.domain.validation import MerchantFacts, OrderFacts

_ORDERS = """
select o.id, o.created_at, o.total_cents, o.merchant_id, c.active as customer_active,
       coalesce(p.inactive, '{}') as inactive, coalesce(p.elsewhere, '{}') as elsewhere
from orders o
join accounts c on c.id = o.customer_id
left join lateral (
    select array_agg(p.name order by i.position) filter (where not p.active) as inactive,
           array_agg(p.name order by i.position) filter (where p.merchant_id <> o.merchant_id) as elsewhere
    from order_items i join products p on p.id = i.product_id
    where i.order_id = o.id
) p on true
where o.id = any(%(ids)s)
"""

_MERCHANTS = """
select m.id, m.active, m.time_zone,
       (select coalesce(json_agg(json_build_array(weekday, opens, closes)), '[]')
        from opening_hours where merchant_id = m.id) as hours
from merchants m where m.id = any(%(ids)s)
"""


def order_facts(connection: Connection, order_ids: Sequence[UUID]) -> dict[UUID, OrderFacts]:
    """The facts of each order, as they are now."""
    rows = connection.exec_driver_sql(_ORDERS, {"ids": list(order_ids)}).all()
    merchants = {
        row.id: MerchantFacts(row.active, row.time_zone, tuple(Interval(*interval) for interval in row.hours))
        for row in connection.exec_driver_sql(_MERCHANTS, {"ids": list({row.merchant_id for row in rows})})
    }
    return {
        row.id: OrderFacts(
            row.created_at,
            row.total_cents,
            row.customer_active,
            merchants[row.merchant_id],
            tuple(row.inactive),
            tuple(row.elsewhere),
        )
        for row in rows
    }
