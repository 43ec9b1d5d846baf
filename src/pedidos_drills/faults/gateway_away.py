"""The gateway is down for longer than orders may take to be paid; then no worker runs for as long."""

import asyncio
import signal
from collections.abc import Iterable

from sqlalchemy import Engine

from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.load import Mix

DEADLINE_SECONDS = 6.0
AWAY_SECONDS = 12.0

_EXPIRED_UNASKED = """
select o.id from orders o left join payments p on p.order_id = o.id
where o.status = 'expired' and p.asked_at is null
"""
_WAITS_UNASKED = "select count(*) from payments where status = 'pending' and asked_at is null"


async def run(scene: DrillContext) -> None:
    supervisor = scene.stage.supervisor
    scene.checks.append(lambda _: _expired_unasked(scene.engine))
    await scene.load.until_accepted(30)
    async with scene.broken(f"the gateway is down for {AWAY_SECONDS:.0f} s"):
        await supervisor.halt("gateway")
        await asyncio.sleep(AWAY_SECONDS)
        waiting = _waits_unasked(scene.engine)
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
    with engine.connect() as connection:
        for row in connection.exec_driver_sql(_EXPIRED_UNASKED):
            yield "it has expired, although the gateway was never asked for its money", str(row.id)


def _waits_unasked(engine: Engine) -> int:
    with engine.connect() as connection:
        count: int = connection.exec_driver_sql(_WAITS_UNASKED).scalar_one()
        return count


DRILL = Drill(
    "gateway-away",
    breaks="The gateway, and then the worker, is down for twice the payment deadline.",
    weak="Orders expire after the outage, although the gateway was never asked for their money.",
    run=run,
    orders=400,
    rate=10.0,
    mix=Mix(tokens=("tok_ok",), cancelled=0.0),
    recovers_within=30.0,
    changes={"payment_deadline_seconds": DEADLINE_SECONDS},
)
