"""A long run of random faults, several at a time, under steady load; looked at by the ledger after each round."""

import asyncio
import random
from collections.abc import Iterator

from pedidos.drills.drill import Drill, Scene
from pedidos.drills.random_faults import FAULTS, RandomFault

ROUND_SECONDS = 120.0
"""Load between two looks at the ledger."""

AT_ONCE = 3
"""Faults that may happen at the same time; never two to the same thing."""

PAUSE_SECONDS = (0.0, 3.0)
SCALE = {"relay": 2, "worker": 2, "bridge": 2}


def rounds(minutes: float, seed: int, rate: float) -> Iterator[Drill]:
    """Drills that together take so many minutes of load; the seed chooses the faults and when they come."""
    left, number = minutes * 60.0, 0
    while left > 1:
        seconds, number = min(ROUND_SECONDS, left), number + 1
        left -= seconds
        yield _round(number, seed, seconds, rate)


def _round(number: int, seed: int, seconds: float, rate: float) -> Drill:
    async def run(scene: Scene) -> None:
        await scene.stage.supervisor.scale(SCALE)
        busy: set[str] = set()
        # A text as seed: with numbers, neighbours would begin alike.
        dice = [random.Random(f"{seed}/{number}/{player}") for player in range(AT_ONCE)]  # noqa: S311  # to be repeated
        over = asyncio.create_task(scene.load.placed_all())
        players = [asyncio.create_task(_play(scene, each, busy, over)) for each in dice]
        try:
            await asyncio.gather(*players)
        finally:
            for task in (*players, over):
                task.cancel()

    return Drill(
        f"soak-{number}",
        breaks=f"Anything, at random, for {seconds:.0f} s.",
        weak="Some two faults meet in a way that nobody thought of.",
        run=run,
        orders=max(1, round(seconds * rate)),
        rate=rate,
    )


async def _play(scene: Scene, dice: random.Random, busy: set[str], over: "asyncio.Task[None]") -> None:
    """One fault after the other until the load is over."""
    while not over.done():
        await asyncio.wait([over], timeout=dice.uniform(*PAUSE_SECONDS))
        fault, target = choose(dice)
        if over.done() or target in busy:
            continue
        busy.add(target)
        try:
            await fault.happens(scene, target, dice)
        finally:
            busy.discard(target)


def choose(dice: random.Random) -> tuple[RandomFault, str]:
    """A fault and what it is done to."""
    (fault,) = dice.choices(FAULTS, [fault.weight for fault in FAULTS])
    return fault, dice.choice(fault.targets)
