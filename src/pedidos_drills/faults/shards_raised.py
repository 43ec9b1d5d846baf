"""The number of shards is raised under load, and each time the relay that leads dies meanwhile."""

import asyncio

from pedidos.domain.sharding import MOST_PARTS
from pedidos.sentence import Sentence
from pedidos.storage.event_log import shards
from pedidos.storage.figures import ShardFigures, read
from pedidos_drills.drill import Drill, DrillContext

MORE = (2, 2, 3)
"""By how many the number of shards is raised each time."""
SHARED_SECONDS = 30.0
"""After this time, both relays lead some of the shards."""


async def run(scene: DrillContext) -> None:
    await scene.stage.supervisor.scale({"relay": 2})
    try:
        for more in MORE:
            await scene.load.until_accepted(15)
            before = await _shards(scene)
            parts = min(len(before) + more, MOST_PARTS)
            leader = next((shard.leader for shard in before if shard.leader), "relay-1")
            async with scene.broken(f"the log gets {parts} instead of {len(before)} shards, and {leader} dies"):
                await asyncio.to_thread(shards.raise_to, scene.engine, parts)
                await scene.killed(leader)
            await _shared(scene, parts)
    finally:
        await scene.stage.supervisor.scale({"relay": 1})


async def _shards(scene: DrillContext) -> tuple[ShardFigures, ...]:
    return (await asyncio.to_thread(read, scene.engine)).shards


async def _shared(scene: DrillContext, parts: int) -> None:
    """Returns when both relays lead some of the shards, and all are led; or reports that it takes too long."""
    found: tuple[ShardFigures, ...] = ()
    try:
        async with asyncio.timeout(SHARED_SECONDS):
            while len({shard.leader for shard in found if shard.leader}) < 2 or not all(s.leader for s in found):
                await asyncio.sleep(0.1)
                found = await _shards(scene)
    except TimeoutError:
        led = ", ".join(f"{shard.part}: {shard.leader}" for shard in found)
        scene.findings.append((f"two relays do not share {parts} shards after {SHARED_SECONDS:.0f} s ({led})", None))
    else:
        scene.say(f"  {len({shard.leader for shard in found})} relays lead {len(found)} shards")


DRILL = Drill(
    "shards-raised",
    breaks=Sentence("The number of relay shards is raised three times under load; each time, a relay is killed."),
    weak=Sentence("Events are published by two shards or by none, or an order's later events before its earlier ones."),
    run=run,
    orders=300,
    rate=20.0,
)
