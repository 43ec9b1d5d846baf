"""The leading relay is stopped for longer than its lease; another takes over; then the first one wakes up."""

import asyncio
import signal
import time

from pedidos.sentence import Sentence
from pedidos.storage.engine import make_engine
from pedidos.storage.figures import read
from pedidos_drills.drill import LEFT_ALONE, Drill, DrillContext

STOPPED_SECONDS = 15.0
TAKE_OVER_SECONDS = 15.0
LOOK_SECONDS = 0.1


async def run(scene: DrillContext) -> None:
    await scene.stage.supervisor.scale({"relay": 2})
    engine = make_engine(scene.stage.settings, "relay-stopped")

    async def leaders() -> set[str]:
        """Who leads, if all shards are led."""
        shards = (await asyncio.to_thread(read, engine)).shards
        found = {shard.leader for shard in shards if shard.leader}
        return found if all(shard.leader for shard in shards) else set()

    async def another_than(first: str, seconds: float) -> str | None:
        deadline = time.monotonic() + seconds
        while not (now := await leaders()) or first in now:
            if time.monotonic() > deadline:
                return None
            await asyncio.sleep(LOOK_SECONDS)
        return min(now)

    try:
        for _ in range(2):
            await scene.load.until_accepted(15)
            first = await another_than("", TAKE_OVER_SECONDS)
            if first is None:
                raise RuntimeError("no relay leads")
            async with scene.broken(f"{first}, which leads, is stopped for {STOPPED_SECONDS:.0f} s"):
                began = time.monotonic()
                scene.stage.kill(first, signal.SIGSTOP)
                second = await another_than(first, TAKE_OVER_SECONDS)
                if second is None:
                    scene.findings.append((f"no relay took over within {TAKE_OVER_SECONDS:.0f} s", None))
                else:
                    scene.say(f"  {second} leads after {time.monotonic() - began:.1f} s")
                await asyncio.sleep(max(0.0, began + STOPPED_SECONDS - time.monotonic()))
                scene.stage.kill(first, signal.SIGCONT)
    finally:
        engine.dispose()
        await scene.stage.supervisor.scale({"relay": 1})


DRILL = Drill(
    "relay-stopped",
    breaks=Sentence("Of two relays, the one that leads is stopped for longer than its lease, and then continued."),
    weak=Sentence(
        "Two relays lead at the same time, and an order's events are published in the wrong order; or no relay leads."
    ),
    run=run,
    orders=300,
    rate=20.0,
    changes=LEFT_ALONE,
)
