"""The bridge dies after handing orders to Celery and before committing its offsets."""

from pedidos.crash_points import CrashPoint
from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.load import EVERYTHING


async def run(scene: DrillContext) -> None:
    for _ in range(2):
        await scene.load.until_accepted(15)
        async with scene.broken("the bridge dies after it enqueued, before it commits its offsets"):
            await scene.dies_at(CrashPoint.BRIDGE_ENQUEUED, "bridge-1")


DRILL = Drill(
    "bridge-killed",
    breaks=Sentence("The bridge is killed after it has handed orders to Celery, before it commits its offsets."),
    weak=Sentence("Orders are handed over twice and charged twice, or not at all."),
    run=run,
    mix=EVERYTHING,
)
