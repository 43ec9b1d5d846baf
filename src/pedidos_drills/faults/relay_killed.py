"""The relay dies after Kafka's acknowledgement and before saving its position."""

from pedidos.crash_points import CrashPoint
from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.load import EVERYTHING


async def run(scene: DrillContext) -> None:
    for _ in range(3):
        await scene.load.until_accepted(15)
        async with scene.broken("the relay dies after Kafka's acknowledgement, before it saves its position"):
            await scene.dies_at(CrashPoint.RELAY_ACKNOWLEDGED, "relay-1")


DRILL = Drill(
    "relay-killed",
    breaks=Sentence("The relay is killed after Kafka has acknowledged events, before it saves its position."),
    weak=Sentence("Events are lost, or published again without end."),
    run=run,
    mix=EVERYTHING,
)
