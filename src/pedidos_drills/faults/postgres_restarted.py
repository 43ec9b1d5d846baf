"""PostgreSQL is killed and restarted repeatedly under load."""

import asyncio
import random
import signal

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext

TIMES = 4
PAUSE_SECONDS = (5.0, 10.0)


async def run(scene: DrillContext) -> None:
    dice = random.Random(scene.load.seed)  # noqa: S311  # the same seed, the same pauses
    for number in range(TIMES):
        await scene.load.until_accepted(10)
        if number % 2 == 0:
            async with scene.broken("PostgreSQL is killed with all its processes (SIGKILL)"):
                await scene.killed("postgres")
        else:
            async with scene.broken("PostgreSQL is shut down fast (SIGINT)"):
                await _shut_down(scene)
        await asyncio.sleep(dice.uniform(*PAUSE_SECONDS))


async def _shut_down(scene: DrillContext) -> None:
    before = scene.stage.pid("postgres")
    scene.stage.kill("postgres", signal.SIGINT, children=False)
    await scene.until(lambda: scene.stage.pid("postgres") not in (None, before), "PostgreSQL to be restarted")
    await scene.running("postgres")


DRILL = Drill(
    "postgres-restarted",
    breaks=Sentence("PostgreSQL is killed, or shut down, every few seconds under load."),
    weak=Sentence("Accepted orders are lost; clients get stack traces; processes do not recover."),
    run=run,
    orders=450,
    rate=10.0,
)
