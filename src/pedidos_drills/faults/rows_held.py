"""Another session locks a row that some orders need: a product, its stock, an account, an order being charged."""

import asyncio

from pedidos.sentence import Sentence
from pedidos.setup.demo import demo_id
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.sql.holding import held, taken

HELD_SECONDS = 15.0
HELD_PRODUCT = 103
"""The bystanders do not order it; they order from another merchant."""
HELD_CUSTOMER = 0
LATENCY_MS = 180
"""Long enough to lock an order while the gateway is being asked about it."""
CHARGING = "select id from orders where status = 'charging' order by id desc limit 1 for update skip locked"
TRIES = 40


async def run(scene: DrillContext) -> None:
    settings, product = scene.stage.settings, demo_id(HELD_PRODUCT)
    rows = {"product": product, "stock": product, "account": scene.load.customer_id(HELD_CUSTOMER)}
    for what, row in rows.items():
        await scene.load.until_accepted(10)
        async with scene.broken(f"the row is held: {what}"), held(settings, what, id=row), scene.bystanders(what):
            await asyncio.sleep(HELD_SECONDS)
    await scene.gateway_faults(latency_ms=LATENCY_MS)
    try:
        await _held_while_charged(scene)
    finally:
        await scene.gateway_faults()


async def _held_while_charged(scene: DrillContext) -> None:
    for _ in range(TRIES):
        async with taken(scene.stage.settings, CHARGING) as rows:
            if rows:
                what = "the row of an order is held, about which the gateway was asked"
                async with scene.broken(what), scene.bystanders("order"):
                    await asyncio.sleep(HELD_SECONDS)
                return
        await asyncio.sleep(0.05)
    scene.findings.append(("no order was caught while the gateway was asked: the drill proves nothing", None))


DRILL = Drill(
    "rows-held",
    breaks=Sentence(
        "Another session holds the row of a product, of its stock, of an account and of an order for "
        "{held_seconds:.0f} s each.",
        held_seconds=HELD_SECONDS,
    ),
    weak=Sentence("Every batch with an order that needs the row waits for it, and all orders behind it too."),
    run=run,
    orders=1500,
    rate=20.0,
    recovers_within=15.0,
)
