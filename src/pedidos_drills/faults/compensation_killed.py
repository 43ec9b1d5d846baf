"""Orders are declined, cancelled and expired, and the process that returns stock or money dies in between."""

from pedidos.crash_points import CrashPoint
from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.load import Mix

DEATHS = (
    (CrashPoint.CHARGE_UNDOING, None),
    (CrashPoint.CANCEL_UNDOING, "api-1"),
    (CrashPoint.UNDO_ANSWERED, None),
    (CrashPoint.EXPIRE_UNDOING, None),
    (CrashPoint.CANCEL_UNDOING, "api-1"),
    (CrashPoint.CHARGE_UNDOING, None),
    (CrashPoint.UNDO_ANSWERED, None),
    (CrashPoint.EXPIRE_UNDOING, None),
)
"""Each crash point, and the program that dies there if it is not a worker's child."""

ERROR_RATE = 0.3
DEADLINE_SECONDS = 12.0


async def run(scene: DrillContext) -> None:
    await scene.gateway_faults(error_rate=ERROR_RATE)
    try:
        for point, program in DEATHS:
            await scene.load.until_accepted(5)
            async with scene.broken(f"a death at {point}, and every third answer of the gateway is an error"):
                await scene.dies_at(point, program)
    finally:
        await scene.gateway_faults()


DRILL = Drill(
    "compensation-killed",
    breaks=Sentence(
        "Orders are declined, cancelled or expire, and the process that returns stock and money is killed."
    ),
    weak=Sentence("Stock or money is lost, or returned twice."),
    run=run,
    orders=400,
    rate=10.0,
    mix=Mix(tokens=(*["tok_ok"] * 6, *["tok_declined"] * 3, "tok_error"), cancelled=0.3),
    changes={"payment_deadline_seconds": DEADLINE_SECONDS},
)
