"""The gateway charges but does not answer; it is slow; it is down, first with 503, then without connections."""

import asyncio
from collections.abc import Awaitable, Callable

from pedidos.domain.circuit import FAILURES
from pedidos.payments.lines import CONCURRENCY
from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.evidence import read_book
from pedidos_drills.load import Mix

SLOW_SECONDS = 6.0
DOWN_SECONDS = 15.0
RECOVERY_SECONDS = 10.0
"""After this time, charges must succeed again."""

TRIALS_PER_SECOND = 3.0
"""Maximum rate of requests to a gateway that is down, from each child process of the worker: occasional trials only."""


async def run(scene: DrillContext) -> None:
    await scene.load.until_accepted(60)
    async with scene.broken(f"each answer of the gateway takes a second, for {SLOW_SECONDS:.0f} s"):
        await scene.gateway_faults(latency_ms=1000)
        await asyncio.sleep(SLOW_SECONDS)
        await scene.gateway_faults()
    await _down(scene, "answers 503", lambda: scene.gateway_faults(down=True), scene.gateway_faults, counted=False)
    supervisor = scene.stage.supervisor
    await _down(
        scene, "is gone", lambda: supervisor.halt("gateway"), lambda: supervisor.resume("gateway"), counted=True
    )


async def _down(
    scene: DrillContext,
    how: str,
    begin: Callable[[], Awaitable[None]],
    end: Callable[[], Awaitable[None]],
    *,
    counted: bool,
) -> None:
    """counted: each request uses a new connection, so that the proxy can count them."""
    wire = scene.stage.proxies["gateway"]
    async with scene.broken(f"the gateway {how} for {DOWN_SECONDS:.0f} s"):
        await begin()
        before = wire.taken
        await asyncio.sleep(DOWN_SECONDS)
        asked = wire.taken - before
        await end()
    loop = asyncio.get_running_loop()
    began, captured = loop.time(), await _captured(scene)
    if counted:
        children = scene.stage.settings.worker_concurrency
        # Requests in flight at that moment failed too, before the circuit could open.
        most = children * (CONCURRENCY + FAILURES + DOWN_SECONDS * TRIALS_PER_SECOND)
        scene.say(f"  it was asked {asked} times meanwhile")
        if asked > most:
            scene.findings.append((f"a gateway that is down was asked {asked} times, not spared", None))
    while await _captured(scene) == captured:
        if loop.time() - began > RECOVERY_SECONDS:
            scene.findings.append((f"no money is taken {RECOVERY_SECONDS:.0f} s after the gateway is back", None))
            return
        await asyncio.sleep(0.1)
    scene.say(f"  money is taken again {loop.time() - began:.1f} s after it is back")


async def _captured(scene: DrillContext) -> int:
    return sum(entry.captures for entry in await read_book(scene.stage.settings))


DRILL = Drill(
    "gateway-times-out",
    breaks=Sentence(
        "The gateway charges and then is silent, answers with an error, or cuts; then it is slow; then down."
    ),
    weak=Sentence("Orders are charged twice, or their charge is never recorded; a gateway that is down is hammered."),
    run=run,
    orders=600,
    rate=12.0,
    mix=Mix(tokens=("tok_timeout_after_charge", "tok_error_after_charge", "tok_cut", "tok_ok")),
)
