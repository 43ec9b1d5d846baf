"""A provider with intents: half of its answers are lost; its webhooks come again, late, early, or not at all."""

import asyncio

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.load import EVERYTHING
from pedidos_drills.sql.settled_by import by_webhooks

LOST_SECONDS = 20.0
LATE_MS = 3000


async def run(scene: DrillContext) -> None:
    await scene.load.until_accepted(20)
    async with scene.broken("half of the provider's answers are lost; its webhooks come again, late and in any order"):
        await scene.gateway_faults(lost_rate=0.5, events_repeated=0.5, events_late_ms=LATE_MS)
        await asyncio.sleep(LOST_SECONDS)
        await scene.gateway_faults()
    async with scene.broken("its webhooks come before its answers, and again; some never come"):
        await scene.gateway_faults(early=True, events_repeated=0.5, events_lost=0.3, error_rate=0.3)
        await asyncio.sleep(LOST_SECONDS)
        await scene.gateway_faults()
    settled = await asyncio.to_thread(by_webhooks, scene.engine)
    scene.say(f"  {settled} charges were settled by webhooks")
    if not settled:
        scene.findings.append(("no charge was settled by a webhook: they did not come", None))


DRILL = Drill(
    "provider-webhooks",
    breaks=Sentence(
        "Another payment provider loses half of its answers; its webhooks come again, late, early, or never."
    ),
    weak=Sentence("Orders are charged or paid twice, or an event is believed against what is known, or never."),
    run=run,
    mix=EVERYTHING,
    orders=450,
    rate=9.0,
    changes={"payment_provider": "intents"},
)
