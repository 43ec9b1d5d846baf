"""The task broker's connections are reset repeatedly; then it does not answer for a while."""

import asyncio

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext

CUTS = 6
SILENT_SECONDS = 20.0


async def run(scene: DrillContext) -> None:
    wire = scene.stage.proxies["broker"]
    for _ in range(CUTS):
        await scene.load.until_accepted(10)
        async with scene.broken("every connection to the task broker is reset"):
            wire.cut()
    await scene.load.until_accepted(5)
    async with scene.broken(f"the task broker does not answer for {SILENT_SECONDS:.0f} s, and closes no connection"):
        wire.silence(True)
        await asyncio.sleep(SILENT_SECONDS)
        wire.silence(False)


DRILL = Drill(
    "broker-silent",
    breaks=Sentence("Connections to the task broker are reset repeatedly; then it is silent, with connections open."),
    weak=Sentence("Workers and bridge hang until a person restarts them."),
    run=run,
    orders=420,
    rate=15.0,
)
