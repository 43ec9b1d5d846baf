"""What an account uses of its limits: an estimate for the placing statement, and an exact count.

The estimate costs the placing statement a walk of an index that has the customer's orders in flight. It suffices for
almost all orders. The others are counted exactly, in a transaction that has locked their accounts. So no other
transaction places an order of the same account meanwhile, and the count includes all that were committed before.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.order import SETTLED
from pedidos.domain.order_limits import OrderLimits, Use, too_many_units
from pedidos.storage.arrays import uuids
from pedidos.storage.orders.placed import LimitReached, PlacingRefused, RowHeld, TooManyUnits
from pedidos.storage.sql import Sql

IS_QUIET = Sql("""
    not a.busy and (
        select a.nth + count(*) filter (where i.position = 1) <= %(quiet_orders)s
               and a.units + coalesce(sum(i.quantity), 0) <= %(quiet_units)s
        from orders o join order_items i on i.order_id = o.id
        where o.customer_id = a.customer_id and o.landed_status is null and o.status not in ('paid', 'scheduled')
    )
""")
"""Whether the account uses little, with an order (a) and those before it in the batch. The units of all products count
together, which is more than those of one product."""

_LOCK = "select id from accounts where id = any(%(ids)s::uuid[]) for update skip locked"

# Ids grow with time, and no index has the times.
_COUNT = Sql("""
with unpaid as materialized (
    select customer_id, id from orders
    where customer_id = any(%(ids)s::uuid[]) and landed_status is null and status not in ('paid', 'scheduled')
), recent as materialized (
    select customer_id, created_at from orders
    where customer_id = any(%(ids)s::uuid[]) and landed_status is null
      and id > (select uuidv7(interval '-1 minute'))
    union all
    select customer_id, created_at from orders
    where customer_id = any(%(ids)s::uuid[]) and landed_status = any(%(settled)s) and not in_flight
      and id > (select uuidv7(interval '-1 minute'))
)
select a.id, u.orders as unpaid, r.orders as recent, r.oldest_seconds, held.units,
       (select count(*) from orders
        where customer_id = a.id and landed_status is null and status = 'scheduled') as scheduled
from unnest(%(ids)s::uuid[]) as a (id)
cross join lateral (select count(*) as orders from unpaid where customer_id = a.id) u
cross join lateral (
    select count(*) as orders,
           coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float as oldest_seconds
    from recent where customer_id = a.id
) r
cross join lateral (
    select coalesce(jsonb_object_agg(product_id, units), '{{}}') as units
    from (
        select i.product_id, sum(i.quantity) as units
        from unpaid join order_items i on i.order_id = unpaid.id
        where unpaid.customer_id = a.id
        group by i.product_id
    ) products
) held
""")


def refusals(
    connection: Connection, orders: Sequence[tuple[UUID, Sequence[tuple[UUID, int]], bool]], limits: OrderLimits
) -> dict[int, PlacingRefused]:
    """The orders that may not be placed, by their index: beyond a limit, or of an account that another transaction
    holds. The accounts of the others are locked until the transaction ends.

    orders: for each one its customer, its (product, quantity) pairs, and whether it is for later.
    """
    used = _used(connection, {customer for customer, _, _ in orders})
    refused: dict[int, PlacingRefused] = {}
    for n, (customer, items, later) in enumerate(orders):
        use = used.get(customer)
        if use is None:
            refused[n] = RowHeld()
        elif never := too_many_units(items, limits):
            refused[n] = TooManyUnits(never, limits.unpaid_units)
        elif (limit := use.exceeded(items, limits, later=later)) is not None:
            refused[n] = LimitReached(limit, limits.most(limit), use.again_seconds(limit))
        else:
            use.add(items, later=later)
    return refused


def _used(connection: Connection, customers: set[UUID]) -> dict[UUID, Use]:
    """What each of the accounts uses that could be locked."""
    locked = [row.id for row in connection.exec_driver_sql(_LOCK, {"ids": uuids(customers)})]
    # A statement of its own, after the locks: it sees all that the transactions before have committed.
    rows = connection.exec_driver_sql(_COUNT.text, {"ids": uuids(locked), "settled": sorted(SETTLED)})
    return {
        row.id: Use(
            row.recent,
            row.oldest_seconds,
            row.unpaid,
            Counter({UUID(p): n for p, n in row.units.items()}),
            row.scheduled,
        )
        for row in rows
    }
