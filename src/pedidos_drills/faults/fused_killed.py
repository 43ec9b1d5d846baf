"""A worker's child process dies before, between and after the two commits in which it opens and closes orders."""

from pedidos.crash_points import CrashPoint, begun, committed
from pedidos.domain.fusing import CLOSING, OPENING
from pedidos.domain.steps import FIRST
from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.load import Mix

POINTS = (
    begun(FIRST),
    committed(OPENING[-2]),
    begun(OPENING[-1]),
    CrashPoint.CHARGE_INTENDED,
    CrashPoint.CHARGE_ANSWERED,
    CrashPoint.CHARGE_UNDOING,
    committed(CLOSING[-1]),
)
"""In the sequence in which a batch of orders reaches them."""


async def run(scene: DrillContext) -> None:
    for point in POINTS:
        async with scene.broken(f"a worker's child dies at {point}"):
            await scene.dies_at(point)


DRILL = Drill(
    "fused-killed",
    breaks=Sentence("A worker's child process is killed around the two commits that do several steps each."),
    weak=Sentence("An order has stock and no payment row, or money was taken and no process asks about it again."),
    run=run,
    orders=250,
    rate=25.0,
    mix=Mix(tokens=(*["tok_ok"] * 4, "tok_declined")),
)
