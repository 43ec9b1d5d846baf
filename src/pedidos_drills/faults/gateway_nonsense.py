"""Most answers of the gateway break the contract: another charge or amount, no JSON, huge, or with a NUL in them."""

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.load import Mix

NONSENSE_RATE = 0.6
ORDERS = 60


async def run(scene: DrillContext) -> None:
    for _ in range(2):
        await scene.load.until_accepted(10)
        async with scene.broken(f"{NONSENSE_RATE:.0%} of the gateway's answers are nonsense"):
            await scene.gateway_faults(nonsense_rate=NONSENSE_RATE)
            try:
                await scene.load.until_accepted(ORDERS)
            finally:
                await scene.gateway_faults()


DRILL = Drill(
    "gateway-nonsense",
    breaks=Sentence("The gateway takes and returns money, but its answers say something else."),
    weak=Sentence(
        "A captured order is declined, expires or waits forever; the gateway keeps money that no customer owes."
    ),
    run=run,
    orders=240,
    rate=15.0,
    mix=Mix(tokens=("tok_ok", "tok_ok", "tok_ok", "tok_declined"), cancelled=0.2),
    recovers_within=60.0,
)
