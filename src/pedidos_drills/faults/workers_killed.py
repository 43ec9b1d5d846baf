"""All workers of the host are killed at the same time, several times."""

import asyncio

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.load import EVERYTHING

TIMES = 3


async def run(scene: DrillContext) -> None:
    await _killed(scene, ["worker-1"])
    await scene.stage.supervisor.scale({"worker": 2})
    try:
        for _ in range(TIMES):
            await _killed(scene, ["worker-1", "worker-2"])
    finally:
        await scene.stage.supervisor.scale({"worker": 1})


async def _killed(scene: DrillContext, names: list[str]) -> None:
    await scene.load.until_accepted(15)
    async with scene.broken(f"killed at the same time: {', '.join(names)}, with all their children"):
        await asyncio.gather(*(scene.killed(name) for name in names))


DRILL = Drill(
    "workers-killed",
    breaks=Sentence(
        "All workers are killed at the same time, with the work that they have in progress, several times."
    ),
    weak=Sentence("That work waits for an hour, until the broker's visibility time-out is over."),
    run=run,
    mix=EVERYTHING,
    orders=250,
    rate=15.0,
)
