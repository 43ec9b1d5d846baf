"""Runs drills of alerts on one platform, with a Prometheus whose rules are quick: when each fired and ended."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pedidos.storage.engine import make_engine
from pedidos_drills.alerts.drill import AlertDrill, CannotRun, Scene
from pedidos_drills.load import USUAL, Load
from pedidos_drills.platform import DrillPlatform
from pedidos_local import ports
from pedidos_local.monitoring import server
from pedidos_local.monitoring.client import NoAnswer, Prometheus
from pedidos_local.program import Program

PATIENCE_SECONDS = 180.0
"""How long an alert may take to fire, and to end."""
LOOK_SECONDS = 0.3
MOST_ORDERS = 100_000


@dataclass(frozen=True, slots=True)
class AlertOutcome:
    """fired: seconds after the cause began; ended: after it ended. None: it did not, within PATIENCE_SECONDS."""

    alert: str
    fired: float | None
    ended: float | None

    @property
    def holds(self) -> bool:
        return self.fired is not None and self.ended is not None


async def run(stage: DrillPlatform, drills: Iterable[AlertDrill], say: Callable[[str], None]) -> list[AlertOutcome]:
    """The outcome of each alert. Raises server.NotFound without a Prometheus."""
    outcomes = []
    engine = make_engine(stage.settings, "alert drills")
    settings = stage.settings
    async with Load(str(settings.public_url), settings.ca_file, stage.credentials.accounts, seed=1) as load:
        for drill in drills:
            say(f"{drill.name}: {', '.join(drill.alerts)}")
            async with _watched(stage, drill.speed) as prometheus:
                try:
                    outcomes += await _run(drill, Scene(stage, load, engine), prometheus, say)
                except CannotRun as why:
                    say(f"  it cannot run here: {why}")
                    outcomes += [AlertOutcome(alert, None, None) for alert in drill.alerts]
    engine.dispose()
    return outcomes


async def _run(
    drill: AlertDrill, scene: Scene, prometheus: Prometheus, say: Callable[[str], None]
) -> list[AlertOutcome]:
    scene.load.start(MOST_ORDERS, drill.rate, USUAL)
    try:
        await _until(lambda: not prometheus.firing() & set(drill.alerts) and bool(prometheus.query("up")), "quiet")
        began = time.monotonic()
        async with drill.cause(scene):
            fired = {alert: await _seconds(prometheus, alert, began, firing=True) for alert in drill.alerts}
        over = time.monotonic()
        ended = {alert: await _seconds(prometheus, alert, over, firing=False) for alert in drill.alerts}
    finally:
        scene.load.stop()
    for alert in drill.alerts:
        say(f"  {alert}: fired after {_shown(fired[alert])}, ended after {_shown(ended[alert])}")
    return [AlertOutcome(alert, fired[alert], ended[alert]) for alert in drill.alerts]


async def _seconds(prometheus: Prometheus, alert: str, since: float, *, firing: bool) -> float | None:
    """Seconds from `since` until the alert fires, or does not any more. None if that takes too long."""
    try:
        await _until(lambda: (alert in prometheus.firing()) is firing, alert)
    except TimeoutError:
        return None
    return time.monotonic() - since


async def _until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await asyncio.to_thread(_asked, holds):
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        await asyncio.sleep(LOOK_SECONDS)


def _asked(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except NoAnswer:
        return False


def _shown(seconds: float | None) -> str:
    return "no time at all: it did not" if seconds is None else f"{seconds:.1f} s"


@asynccontextmanager
async def _watched(stage: DrillPlatform, speed: float) -> AsyncIterator[Prometheus]:
    """A Prometheus that scrapes each second, with rules of this speed, and no memory of an earlier one."""
    shutil.rmtree(server.folder_of(stage.settings), ignore_errors=True)
    server.prepare(stage.settings, "", server.scrapes_each_second(), speed)
    program = server.program(stage.settings)
    process = await asyncio.create_subprocess_exec(
        *program.command, cwd=program.cwd, env=dict(os.environ), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _until_ready(program)
        yield Prometheus(ports.LOOPBACK, stage.settings.port_base + ports.PROMETHEUS)
    finally:
        process.terminate()
        await process.wait()


async def _until_ready(program: Program) -> None:
    while not await asyncio.to_thread(program.ready):
        await asyncio.sleep(0.1)
