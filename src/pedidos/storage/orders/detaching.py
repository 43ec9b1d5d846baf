"""Orders that ended long ago no longer say who placed them. They stay for the books: merchant, items, sums, payment."""

from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.order import ENDS
from pedidos.storage.engine import in_statement

FORMER_CUSTOMERS = UUID("00000000-0000-7000-8000-000000000000")
"""The account that these orders belong to. It is disabled, and no password fits. Migration 0015 makes it."""

# The events of an order name its customer and are never changed, so an order whose events are kept is not detached.
# Ids grow with time: of each customer's orders that have ended, only the old ones are read (a range of
# orders_landed_by_customer for each state). Comments as in event_log/retention.py.
_DETACH = """
with before as materialized (
    select uuidv7(%(days)s * interval '-1 day') as id
), due as materialized (
    select o.id from accounts a
    cross join unnest(%(ends)s::text[]) as s (status)
    cross join lateral (
        select orders.id from orders
        where not in_flight and customer_id = a.id and landed_status = s.status
          and orders.id < (select id from before)
          and not exists (select from order_events e where e.order_id = orders.id)
          and not exists (select from payments p where p.order_id = orders.id and p.status in ('pending', 'undoing'))
        limit %(limit)s
        for no key update of orders skip locked
    ) o
    where a.id <> %(former)s
    limit %(limit)s
), contacts as (
    delete from order_contacts where order_id in (select id from due)
), uses as (
    update coupon_uses set customer_id = %(former)s where order_id in (select id from due)
)
update orders set customer_id = %(former)s, payment_token = null where id in (select id from due)
"""


def detach_old(engine: Engine, days: int, limit: int) -> int:
    """Detaches orders that were placed at least this number of days ago and have ended, at most limit. Returns their
    number."""
    values = {"days": days, "limit": limit, "ends": list(ENDS), "former": FORMER_CUSTOMERS}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_DETACH, values).rowcount)
