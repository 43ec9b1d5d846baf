"""The gateway is down for longer than orders may take to be paid; then no worker runs for as long."""

import asyncio
import signal
from collections.abc import Iterable

from sqlalchemy import Engine

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.load import Mix
from pedidos_drills.sql.observed import count_unasked, expired_unasked

DEADLINE_SECONDS = 6.0
AWAY_SECONDS = 12.0


async def run(scene: DrillContext) -> None:
    supervisor = scene.stage.supervisor
    scene.checks.append(lambda _: _expired_unasked(scene.engine))
    await scene.load.until_accepted(30)
    async with scene.broken(f"the gateway is down for {AWAY_SECONDS:.0f} s"):
        await supervisor.halt("gateway")
        await asyncio.sleep(AWAY_SECONDS)
        waiting = count_unasked(scene.engine)
        await supervisor.resume("gateway")
    scene.say(f"  {waiting} orders were charging without any request to the gateway")
    if not waiting:
        scene.findings.append(("the gateway was asked about every order: the drill proves nothing", None))
    await scene.load.until_accepted(30)
    async with scene.broken(f"the worker is stopped (SIGSTOP) for {AWAY_SECONDS:.0f} s"):
        scene.stage.kill("worker-1", signal.SIGSTOP)
        try:
            await asyncio.sleep(AWAY_SECONDS)
        finally:
            scene.stage.kill("worker-1", signal.SIGCONT)


def _expired_unasked(engine: Engine) -> Iterable[Finding]:
    for order_id in expired_unasked(engine):
        yield "it has expired, although the gateway was never asked for its money", str(order_id)


DRILL = Drill(
    "gateway-away",
    breaks=Sentence("The gateway, and then the worker, is down for twice the payment deadline."),
    weak=Sentence("Orders expire after the outage, although the gateway was never asked for their money."),
    run=run,
    orders=400,
    rate=10.0,
    mix=Mix(tokens=("tok_ok",), cancelled=0.0),
    recovers_within=30.0,
    changes={"payment_deadline_seconds": DEADLINE_SECONDS},
)
