"""The api is killed just before and just after the commit of an order."""

from pedidos.crash_points import CrashPoint
from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.load import EVERYTHING


async def run(scene: DrillContext) -> None:
    for point in (CrashPoint.API_BEFORE_COMMIT, CrashPoint.API_AFTER_COMMIT, CrashPoint.API_AFTER_COMMIT):
        await scene.load.until_accepted(10)
        async with scene.broken(f"the api dies at {point}"):
            await scene.dies_at(point, "api-1")


DRILL = Drill(
    "api-killed",
    breaks=Sentence("The api is killed just before, and just after, it commits an order."),
    weak=Sentence("The client repeats its request, and there are two orders."),
    run=run,
    mix=EVERYTHING,
)
