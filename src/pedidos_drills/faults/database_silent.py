"""PostgreSQL does not answer the api, for longer than any client waits."""

import asyncio

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext

SILENT_SECONDS = 14.0


async def run(scene: DrillContext) -> None:
    await scene.load.until_accepted(20)
    wire = scene.stage.proxies["api-database"]
    async with scene.broken("PostgreSQL does not answer the api, and keeps the connections open"):
        wire.silence(True)
        await asyncio.sleep(SILENT_SECONDS)
        wire.silence(False)


DRILL = Drill(
    "database-silent",
    breaks=Sentence(
        "PostgreSQL does not answer the api for {silent_seconds:.0f} s; no connection is closed.",
        silent_seconds=SILENT_SECONDS,
    ),
    weak=Sentence("Requests hang until their clients give up, and then all of the api's threads hang."),
    run=run,
    orders=150,
    rate=20.0,
)
