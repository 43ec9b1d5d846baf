"""Stores orders by the hundred thousand that the platform did not place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pedidos.setup.demo import PIZZERIA, demo_id
from pedidos_drills.platform import DrillPlatform
from pedidos_drills.sql import superuser

MARK = "tok_listed"
"""The payment token of these orders, by which they are removed again."""

# As a superuser, who may leave out the checks of foreign keys: there would be millions.
_UNCHECKED = "set session_replication_role = replica"

_STORE = """
insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at, updated_at)
select uuidv7(interval '-1 day'), %(customer)s, %(merchant)s, 'delivered', 1, 100, %(mark)s, moment, moment
from generate_series(1, %(orders)s), (select clock_timestamp() - interval '1 day') as yesterday (moment)
"""

_REMOVE = "delete from orders where payment_token = %(mark)s"


@asynccontextmanager
async def many_orders(platform: DrillPlatform, orders: int) -> AsyncIterator[None]:
    """Inside, the pizzeria has this many delivered orders more; the ledger never sees them."""
    values = {"customer": demo_id(1001), "merchant": PIZZERIA, "mark": MARK, "orders": orders}
    connection = await asyncio.to_thread(superuser.connect, platform)
    try:
        await asyncio.to_thread(connection.execute, _UNCHECKED)
        await asyncio.to_thread(connection.execute, _STORE, values)
        await asyncio.to_thread(connection.execute, "analyze orders")
        yield
    finally:
        await asyncio.to_thread(connection.execute, _REMOVE, values)
        await asyncio.to_thread(connection.close)
