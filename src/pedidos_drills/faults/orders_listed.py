"""A merchant with very many orders lists the orders in a rare state, many lists at the same time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from pedidos.setup.demo import PIZZERIA, demo_id
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.platform import DrillPlatform
from pedidos_local import ports, postgres

ORDERS = 300_000
AT_ONCE = 20
LISTING_SECONDS = 15.0
RARE = "/v1/orders?status=expired"
MERCHANT = "merchant@pedidos.example"

# As a superuser, who can skip the foreign key checks: there would be millions.
UNCHECKED = "set session_replication_role = replica"
MARK = "tok_listed"
STORE = """
insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at, updated_at)
select uuidv7(interval '-1 day'), %(customer)s, %(merchant)s, 'delivered', 1, 100, %(mark)s, moment, moment
from generate_series(1, %(orders)s), (select clock_timestamp() - interval '1 day') as yesterday (moment)
"""
REMOVE = "delete from orders where payment_token = %(mark)s"


async def run(scene: DrillContext) -> None:
    headers = {"Authorization": f"Bearer {await scene.load.sign_in(MERCHANT)}"}
    statuses: Counter[int] = Counter()
    async with (
        _stored(scene.stage),
        scene.bystanders("lists", within=10.0),
        scene.broken(f"{AT_ONCE} lists of {ORDERS:,} orders at once"),
        asyncio.TaskGroup() as group,
    ):
        for _ in range(AT_ONCE):
            group.create_task(_list(scene, headers, statuses))
    scene.say(f"lists: {dict(statuses)}")
    scene.findings += [(f"{count} lists were answered {status}", None) for status, count in statuses.items()
                       if status not in (200, 429, 503)]  # fmt: skip
    if not statuses[200]:
        scene.findings.append(("no list was answered with orders", None))


async def _list(scene: DrillContext, headers: dict[str, str], statuses: "Counter[int]") -> None:
    until = asyncio.get_running_loop().time() + LISTING_SECONDS
    while asyncio.get_running_loop().time() < until:
        async with scene.load.session.get(RARE, headers=headers) as answer:
            await answer.read()
            statuses[answer.status] += 1
            if answer.status != 200:
                await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))


@asynccontextmanager
async def _stored(stage: DrillPlatform) -> AsyncIterator[None]:
    """Inside the context, the merchant has orders that the platform did not place; the ledger never sees them."""
    values = {"customer": demo_id(1001), "merchant": PIZZERIA, "mark": MARK, "orders": ORDERS}
    connection = await asyncio.to_thread(_superuser, stage)
    try:
        for statement in (UNCHECKED, STORE, "analyze orders"):
            await asyncio.to_thread(connection.execute, statement.encode(), values if statement == STORE else None)
        yield
    finally:
        await asyncio.to_thread(connection.execute, REMOVE.encode(), {"mark": MARK})
        await asyncio.to_thread(connection.close)


def _superuser(stage: DrillPlatform) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        host=ports.LOOPBACK,
        port=stage.settings.port_base + ports.POSTGRES,
        user=postgres.SUPERUSER,
        password=stage.credentials.database,
        dbname=postgres.DATABASE,
        autocommit=True,
    )


DRILL = Drill(
    "orders-listed",
    breaks=f"A merchant with {ORDERS:,} orders lists a rare state, {AT_ONCE} concurrent lists, repeatedly.",
    weak="Reading uses all threads and connections: orders are refused, as if the database were down.",
    run=run,
    orders=60,
    rate=5.0,
    recovers_within=30.0,
)
