"""The clock of all servers is set forward by an hour, then back, while charges are in progress and workers die."""

import asyncio
import time

from sqlalchemy import Engine

from pedidos.sentence import Sentence
from pedidos.storage.engine import make_engine
from pedidos_drills.clock import RIGHT, Clock, NoClock
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.sql.observed import server_seconds

HOUR = 3600
NEAR_SECONDS = 30.0
GATEWAY_SECONDS = 3.0
"""Latency of the gateway: long enough that charges are in progress when their workers die."""


async def run(scene: DrillContext) -> None:
    clock = scene.stage.clock
    if isinstance(clock, NoClock):
        scene.findings.append((f"{clock}: nothing was shown", None))
        return
    engine = make_engine(scene.stage.settings, "clock-set")
    try:
        await scene.load.until_accepted(20)
        async with scene.broken("the clock is an hour ahead"):
            await _set(clock, engine, HOUR)
            await scene.load.until_accepted(60)
            await scene.gateway_faults(latency_ms=GATEWAY_SECONDS * 1000)
            await scene.load.until_accepted(40)
            scene.stage.kill("worker-1")
            scene.stage.kill("relay-1")
        # The dead processes hold what they have taken until a time that a correct clock reaches in an hour.
        async with scene.broken("the clock is set back by an hour, and the processes that had work are dead"):
            await _set(clock, engine, RIGHT)
            await scene.gateway_faults()
            await scene.running("worker-1")
            await scene.running("relay-1")
            await scene.load.until_accepted(60)
        async with scene.broken("the clock is an hour behind"):
            await _set(clock, engine, -HOUR)
            await scene.load.until_accepted(40)
        await _set(clock, engine, RIGHT)
    finally:
        engine.dispose()


async def _set(clock: Clock, engine: Engine, wrong: int) -> None:
    """Sets the clock; returns when PostgreSQL has the new time."""
    clock.set_wrong(wrong)
    while abs(await asyncio.to_thread(_wrong, engine) - wrong) > NEAR_SECONDS:
        await asyncio.sleep(0.1)


def _wrong(engine: Engine) -> float:
    """Seconds by which PostgreSQL's clock is ahead of ours."""
    return server_seconds(engine) - time.time()


DRILL = Drill(
    "clock-set",
    breaks=Sentence("The clock of all servers is set forward by an hour, and back while charges are in progress."),
    weak=Sentence("Leases and pauses end an hour late, and orders make no progress until then; or work is done twice."),
    run=run,
    orders=300,
    rate=15.0,
    sets_clock=True,
)
