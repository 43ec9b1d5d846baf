"""Kafka is killed and stays down; then it is stopped (SIGSTOP)."""

import asyncio
import signal

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext

AWAY_SECONDS = 300.0
SILENT_SECONDS = 12.0
"""Longer than the clients wait for an answer."""
RATE = 6.0


async def run(scene: DrillContext) -> None:
    await scene.load.until_accepted(30)
    accepted_before = len(scene.load.accepted)
    async with scene.broken(f"Kafka is killed, and down for {AWAY_SECONDS:.0f} s"):
        scene.stage.kill("kafka")
        await scene.stage.supervisor.halt("kafka")
        await asyncio.sleep(AWAY_SECONDS)
        meanwhile = len(scene.load.accepted) - accepted_before
        await scene.stage.supervisor.resume("kafka")
    scene.say(f"  {meanwhile} orders were accepted without Kafka")
    if meanwhile < AWAY_SECONDS * RATE / 2:
        scene.findings.append((f"only {meanwhile} orders were accepted while Kafka was down", None))
    async with scene.broken(f"Kafka is silent for {SILENT_SECONDS:.0f} s"):
        scene.stage.kill("kafka", signal.SIGSTOP)
        await asyncio.sleep(SILENT_SECONDS)
        scene.stage.kill("kafka", signal.SIGCONT)


DRILL = Drill(
    "kafka-away",
    breaks=Sentence("Kafka is killed and stays down for long; when it is back, it is stopped (SIGSTOP) for a while."),
    weak=Sentence("Orders are refused while it is down, or their events are lost."),
    run=run,
    orders=2000,
    rate=RATE,
)
