"""A worker's child process dies at each named crash point of an order's steps, which it takes one by one.

fused-killed has those of steps that share a commit, and compensation-killed those of undoing.
"""

from pedidos.crash_points import begun, points_of
from pedidos.domain.steps import FIRST, PIPELINE
from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext

POINTS = (
    begun(FIRST),
    *(point for each in PIPELINE for point in points_of(each.step) if point != begun(each.step)),
)
"""A later step begins where the one before has committed."""


async def run(scene: DrillContext) -> None:
    for point in POINTS:
        async with scene.broken(f"a worker's child dies at {point}"):
            await scene.dies_at(point)


DRILL = Drill(
    "steps-killed",
    breaks=Sentence("A worker's child process is killed at each crash point of the steps."),
    weak=Sentence("Half a step is done: stock taken without an order, a charge that the platform does not know about."),
    run=run,
    orders=250,
    rate=25.0,
    changes={"fused_steps": False},
)
