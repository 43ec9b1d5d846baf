"""The consumer group's offsets are set back to the beginning: every order is hinted again."""

import asyncio

from pedidos.messaging.groups import BRIDGE
from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.offsets import set_to_beginning


async def run(scene: DrillContext) -> None:
    for _ in range(2):
        await scene.load.until_accepted(40)
        async with scene.broken("the bridge's offsets are reset to the beginning"):
            await scene.stage.supervisor.halt("bridge-1")
            records = await asyncio.to_thread(set_to_beginning, scene.stage.settings, BRIDGE)
            await scene.stage.supervisor.resume("bridge-1")
        scene.say(f"  {records} records are read again")


DRILL = Drill(
    "offsets-reset",
    breaks=Sentence("The consumer group's offsets are reset to the beginning of the topic."),
    weak=Sentence("Every order is processed again, and its customer is charged again."),
    run=run,
    orders=400,
    rate=15.0,
)
