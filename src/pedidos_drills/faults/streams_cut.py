"""Live streams are cut at random, and the process that serves them is killed."""

import asyncio
import random

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.proxy import Proxy
from pedidos_drills.watchers import caught_up, known_orders, mistold, watching
from pedidos_local import ports

WIRE = 69
"""Offset from port_base of the proxy between the watchers and the edge."""

CUTS = 14
PAUSE_SECONDS = (0.2, 1.2)
KILLED_AFTER = (5, 10)
"""Numbers of cuts after which the live process is killed."""


async def run(scene: DrillContext) -> None:
    base = scene.stage.layout.port_base
    wire = Proxy(base + WIRE, base + ports.EDGE)
    await wire.open()
    try:
        async with watching(scene, wire.port) as watchers:
            earlier = await asyncio.to_thread(known_orders, scene)
            scene.checks.append(lambda evidence: mistold(evidence, earlier, watchers))
            await _cut_again_and_again(scene, wire)
            await scene.load.finish()
            accepted = {answer.order_id for answer in scene.load.answers if answer.order_id} - earlier
            await caught_up(watchers, accepted)
            resumed = sum(watcher.openings for watcher in watchers) - len(watchers)
            scene.say(f"  {len(watchers)} streams were resumed {resumed} times")
    finally:
        await wire.close()


async def _cut_again_and_again(scene: DrillContext, wire: Proxy) -> None:
    dice = random.Random(scene.load.seed)  # noqa: S311  # the same seed, the same pauses
    for number in range(1, CUTS + 1):
        await asyncio.sleep(dice.uniform(*PAUSE_SECONDS))
        async with scene.broken("every live stream is cut"):
            wire.cut()
        if number in KILLED_AFTER:
            async with scene.broken("the live process is killed"):
                await scene.killed("live-1")


DRILL = Drill(
    "streams-cut",
    breaks=Sentence("Live streams are cut at random, and the process that serves them is killed."),
    weak=Sentence("Watchers miss updates, or get some twice."),
    run=run,
    orders=300,
    rate=12.0,
)
