"""A merchant with very many orders lists the orders in a rare state, many lists at the same time."""

import asyncio
from collections import Counter

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.sql.many_orders import many_orders

ORDERS = 300_000
AT_ONCE = 20
LISTING_SECONDS = 15.0
RARE = "/v1/orders?status=expired"
MERCHANT = "merchant@pedidos.example"


async def run(scene: DrillContext) -> None:
    headers = {"Authorization": f"Bearer {await scene.load.sign_in(MERCHANT)}"}
    statuses: Counter[int] = Counter()
    async with (
        many_orders(scene.stage, ORDERS),
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


DRILL = Drill(
    "orders-listed",
    breaks=Sentence(
        "A merchant with {orders:,} orders lists a rare state, {at_once} concurrent lists, repeatedly.",
        orders=ORDERS,
        at_once=AT_ONCE,
    ),
    weak=Sentence("Reading uses all threads and connections: orders are refused, as if the database were down."),
    run=run,
    orders=60,
    rate=5.0,
    recovers_within=30.0,
)
