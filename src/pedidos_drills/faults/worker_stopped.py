"""A worker is stopped during its charges for longer than its lease, and then continued."""

import asyncio
import signal

from sqlalchemy import Engine

from pedidos.sentence import Sentence
from pedidos.storage.engine import make_engine
from pedidos_drills.drill import LEFT_ALONE, Drill, DrillContext
from pedidos_drills.load import Mix
from pedidos_drills.sql.stored import charging

TIMES = 3
TRIES = 40
LATENCY_MS = 180
"""Long enough to catch a worker that waits for the gateway, short enough that it would otherwise get its answer."""


async def run(scene: DrillContext) -> None:
    engine = make_engine(scene.stage.settings, "drill")
    try:
        await scene.gateway_faults(latency_ms=LATENCY_MS)
        await scene.stage.supervisor.scale({"worker": 2})
        for _ in range(TIMES):
            await scene.load.until_accepted(5)
            await _stopped(scene, engine)
    finally:
        await scene.gateway_faults()
        await scene.stage.supervisor.scale({"worker": 1})
        engine.dispose()


async def _stopped(scene: DrillContext, engine: Engine) -> None:
    for _ in range(TRIES):
        await scene.until(lambda: _held(engine) != set(), "worker-1 to charge")
        async with scene.broken("worker-1 is stopped during its charges (SIGSTOP)"):
            scene.stage.kill("worker-1", signal.SIGSTOP)
            try:
                held = _held(engine)  # charges that it has begun and not settled: it no longer can
                if held:
                    await _settled(scene, engine, held)
                    scene.say(f"  worker-2 has settled the {len(held)} charges that worker-1 holds; worker-1 goes on")
            finally:
                scene.stage.kill("worker-1", signal.SIGCONT)
        if held:
            return
        await asyncio.sleep(0.1)
    scene.findings.append(("worker-1 was never caught during a charge: the drill proves nothing", None))


async def _settled(scene: DrillContext, engine: Engine, held: set[str]) -> None:
    await scene.until(lambda: not held & charging(engine).keys(), "another worker to settle the charges")


def _held(engine: Engine) -> set[str]:
    return {order_id for order_id, by in charging(engine).items() if by == "worker-1"}


DRILL = Drill(
    "worker-stopped",
    breaks=Sentence(
        "A worker is stopped for longer than its charges' leases, another takes over, and then the first continues."
    ),
    weak=Sentence("The first one charges again, or overwrites what the second has settled."),
    run=run,
    orders=350,
    rate=12.0,
    mix=Mix(tokens=("tok_ok", "tok_ok", "tok_ok", "tok_declined")),
    changes=LEFT_ALONE,
)
