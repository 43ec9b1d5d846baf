"""A long run of random faults, several at a time, under steady load; the ledger checks each round.

Faults come in bursts. After each burst the platform must recover within the longest bound among its faults; then comes
the next one.
"""

import asyncio
import random
import time
from collections.abc import Iterator

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.random_faults import FAULTS, RandomFault
from pedidos_drills.recovery import recovery

ROUND_SECONDS = 120.0
"""Load between two checks of the ledger."""

AT_ONCE = 3
"""Number of faults that may happen at the same time; never two on the same target."""

IN_A_ROW = 2
"""Number of faults of a burst that may follow each other without time to recover."""

PAUSE_SECONDS = (0.0, 3.0)
SCALE = {"relay": 2, "worker": 2, "bridge": 2}


def rounds(minutes: float, seed: int, rate: float) -> Iterator[Drill]:
    """Drills that together have this many minutes of load; the seed chooses the faults and their times."""
    left, number = minutes * 60.0, 0
    while left > 1:
        seconds, number = min(ROUND_SECONDS, left), number + 1
        left -= seconds
        yield _round(number, seed, seconds, rate)


def _round(number: int, seed: int, seconds: float, rate: float) -> Drill:
    async def run(scene: DrillContext) -> None:
        await scene.stage.supervisor.scale(SCALE)
        # A text as the seed: with numbers, neighbouring seeds would begin in the same way.
        dice = [random.Random(f"{seed}/{number}/{player}") for player in range(AT_ONCE)]  # noqa: S311  # to be repeated
        over = asyncio.create_task(scene.load.placed_all())
        try:
            while not over.done():
                await _burst(scene, dice, over)
        finally:
            over.cancel()

    return Drill(
        f"soak-{number}",
        breaks=Sentence("Anything, at random, for {seconds:.0f} s.", seconds=seconds),
        weak=Sentence("Some two faults meet in a way that was not thought of."),
        run=run,
        orders=max(1, round(seconds * rate)),
        rate=rate,
    )


async def _burst(scene: DrillContext, dice: list[random.Random], over: "asyncio.Task[None]") -> None:
    """Concurrent and consecutive faults, and the recovery from them."""
    busy: set[str] = set()
    done: list[RandomFault] = []
    earlier = len(scene.faults)
    async with asyncio.TaskGroup() as players:
        for each in dice:
            players.create_task(_play(scene, each, busy, done, over))
    ended = time.monotonic()
    if happened := scene.faults[earlier:]:
        what = "; ".join(fault.what for fault in happened)
        within = max(fault.recovers_within for fault in done)
        found = await recovery(scene.engine, what, ended, set(scene.load.accepted), within, patience=2 * within)
        scene.recoveries.append(found)
        scene.say(f"  {'not ' if found.seconds is None else ''}recovered after {time.monotonic() - ended:.1f} s")


async def _play(
    scene: DrillContext, dice: random.Random, busy: set[str], done: list[RandomFault], over: "asyncio.Task[None]"
) -> None:
    """Plays a few faults, one after the other, while the load runs."""
    for _ in range(dice.randint(1, IN_A_ROW)):
        await asyncio.wait([over], timeout=dice.uniform(*PAUSE_SECONDS))
        fault, target = choose(dice)
        if over.done() or target in busy:
            continue
        busy.add(target)
        try:
            await fault.happens(scene, target, dice)
        finally:
            busy.discard(target)
        done.append(fault)


def choose(dice: random.Random) -> tuple[RandomFault, str]:
    """Chooses a fault and its target."""
    (fault,) = dice.choices(FAULTS, [fault.weight for fault in FAULTS])
    return fault, dice.choice(fault.targets)
