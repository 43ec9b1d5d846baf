"""The task broker loses everything, and is restarted, in the middle of the work."""

import signal

from redis import Redis

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext


async def run(scene: DrillContext) -> None:
    with Redis.from_url(scene.stage.settings.broker_url, socket_timeout=5.0) as broker:
        for _ in range(4):
            await scene.load.until_accepted(12)
            async with scene.broken("FLUSHALL on the task broker"):
                broker.flushall()
    await scene.load.until_accepted(5)
    async with scene.broken("the task broker is killed"):
        scene.stage.kill("valkey", signal.SIGKILL)
        await scene.running("valkey")


DRILL = Drill(
    "broker-emptied",
    breaks=Sentence("The task broker is emptied repeatedly, and then killed."),
    weak=Sentence("Orders whose message was lost are stuck forever."),
    run=run,
)
