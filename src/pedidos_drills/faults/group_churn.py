"""Members of the bridge's consumer group continuously join, leave and are killed."""

import random

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext

COUNTS = (3, 1, 2, 3, 1, 2, 1)


async def run(scene: DrillContext) -> None:
    choose = random.Random(scene.load.seed)  # noqa: S311  # the same seed, the same victims
    for count in COUNTS:
        await scene.load.until_accepted(15)
        async with scene.broken(f"the number of bridges becomes {count}"):
            await scene.stage.supervisor.scale({"bridge": count})
        if count > 1:
            victim = f"bridge-{choose.randint(1, count)}"
            async with scene.broken(f"{victim} is killed"):
                await scene.killed(victim)


DRILL = Drill(
    "group-churn",
    breaks=Sentence(
        "Bridges continuously start, stop and are killed, so that the consumer group never becomes stable."
    ),
    weak=Sentence("Partitions of former members stall; no bridge hands over their records."),
    run=run,
    orders=500,
    rate=15.0,
)
