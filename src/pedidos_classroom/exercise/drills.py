"""What the exercise's step has to bear: repeated hints, workers that die in it, and books that balance afterwards."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from pedidos.crash_points import points_of
from pedidos.domain.steps import Step
from pedidos.sentence import Sentence
from pedidos_classroom.exercise.steps import skipped
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.faults import hints_repeated, workers_killed

ORDERS, RATE = 150, 25.0


def drills_for(steps: Sequence[Step]) -> tuple[Drill, ...]:
    """The drills, in this order, on one platform. Each also looks whether every confirmed order has taken the steps."""
    # Each step with its own commit, so that its crash points are reached.
    changes = {**hints_repeated.DRILL.changes, "fused_steps": False}
    return tuple(
        replace(drill, run=_looking(drill.run, steps), changes=changes)
        for drill in (hints_repeated.DRILL, dying_in(steps), workers_killed.DRILL)
    )


def dying_in(steps: Sequence[Step]) -> Drill:
    """A worker's child process dies at each crash point of these steps."""

    async def run(scene: DrillContext) -> None:
        for point in (point for step in steps for point in points_of(step)):
            async with scene.broken(f"a worker's child dies at {point}"):
                await scene.dies_at(point)

    return Drill(
        "exercise",
        breaks=Sentence("A worker's child process is killed at each crash point of {steps}.", steps=", ".join(steps)),
        weak=Sentence("Half of the step is done, or it is done twice."),
        run=run,
        orders=ORDERS,
        rate=RATE,
    )


def _looking(
    run: Callable[[DrillContext], Awaitable[None]], steps: Sequence[Step]
) -> Callable[[DrillContext], Awaitable[None]]:
    async def looking(scene: DrillContext) -> None:
        scene.checks.append(lambda evidence: skipped(evidence, steps))
        await run(scene)

    return looking
