"""A burst of orders while the worker is frozen: where they wait, and which of the waiting places has a bound."""

import asyncio
import signal
import time
from dataclasses import dataclass

from pedidos.processes.pipeline_figures import PipelineFigures
from pedidos_classroom.experiments.measures.claim import claim
from pedidos_classroom.experiments.measures.own_platform import own_platform
from pedidos_classroom.experiments.sampling import Sampling, told
from pedidos_classroom.experiments.telling import Teller
from pedidos_drills.drill import LEFT_ALONE
from pedidos_drills.load import Mix
from pedidos_local.settings import PlatformSettings

ORDERS, RATE = 600, 60.0
WORKER = "worker-1"
LOOK_SECONDS = 0.2


@dataclass
class Most:
    """The largest figures that were seen."""

    queued: int = 0
    lag: int = 0


async def carry_out(_settings: PlatformSettings, teller: Teller) -> None:
    """Tells how long queue and lag became. Raises Trouble."""
    async with own_platform(teller, **LEFT_ALONE) as stage:
        limit, most = stage.settings.queue_limit, Most()
        async with Sampling(stage.settings, stage.load, teller):
            watching = asyncio.create_task(_watch(stage.settings, most))
            teller.step("ordering")
            stage.platform.kill(WORKER, signal.SIGSTOP)
            teller.step("broken", WORKER)
            try:
                stage.load.start(ORDERS, RATE, Mix(("tok_ok",), 0.0))
                await stage.load.placed_all()
                stage.load.enough()
                await stage.load.finish()
                accepted = len(stage.load.accepted)
            finally:
                stage.platform.kill(WORKER, signal.SIGCONT)
            teller.step("mended", WORKER)
            teller.step("recovering")
            seconds = await stage.until_done(time.monotonic())
            watching.cancel()
            await asyncio.wait([watching])
    claims = [
        claim("all_accepted", {"accepted": accepted}, holds=accepted == stage.load.placed),
        claim("queue_bounded", {"queued_at_most": most.queued, "limit": limit}, holds=0 < most.queued <= limit),
        claim("lag_took_the_rest", {"lag_at_most": most.lag}, holds=most.lag > limit),
        claim("all_done_after", {"seconds": round(seconds, 1)}, holds=True),
    ]
    teller.verdicts(claims)


async def _watch(settings: PlatformSettings, most: Most) -> None:
    figures = PipelineFigures(settings)
    try:
        while True:
            now = told(0, 0, None, await asyncio.to_thread(figures.read))
            most.queued = max(most.queued, now["queued"] or 0)
            most.lag = max(most.lag, now["lag"] or 0)
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        figures.close()
