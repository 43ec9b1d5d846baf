"""One process after another hangs without dying (SIGSTOP): the supervisor must notice and replace it."""

import signal
import time
from collections.abc import Callable

import psutil

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_local.liveness import LOOK_SECONDS, SERVERS_PATIENCE

HUNG_SECONDS = 6.0
START_SECONDS = 15.0
"""Time for the check that detects it, and for the start of its replacement on a busy machine."""

OURS = ("api-1", "live-1", "relay-1", "bridge-1", "worker-1", "scheduler", "gateway")
SERVERS = ("valkey", "kafka", "postgres")
EDGE = "edge"
"""The last one: without it no request is answered, so the drill only checks that it comes back."""
BETWEEN = 10
"""Orders accepted between two of them."""


async def run(scene: DrillContext) -> None:
    for name in OURS:
        await _hangs(scene, name, HUNG_SECONDS + START_SECONDS)
    await _child_hangs(scene)
    # A server is probed, and each probe waits a second for the answer.
    looks = SERVERS_PATIENCE * HUNG_SECONDS / LOOK_SECONDS
    for name in SERVERS:
        await _hangs(scene, name, looks * (LOOK_SECONDS + 1) + START_SECONDS)
    await scene.load.finish()
    await _hangs(scene, EDGE, looks * (LOOK_SECONDS + 1) + START_SECONDS)


async def _hangs(scene: DrillContext, name: str, bound: float) -> None:
    await scene.load.until_accepted(BETWEEN)
    before = scene.stage.pid(name)
    async with scene.broken(f"{name} hangs (SIGSTOP)"):
        scene.stage.kill(name, signal.SIGSTOP)
        await _replaced(
            scene,
            name,
            lambda: scene.stage.pid(name) not in (None, before),
            bound,
            lambda: scene.stage.kill(name, signal.SIGCONT),
        )
        await scene.running(name)


async def _child_hangs(scene: DrillContext) -> None:
    await scene.load.until_accepted(BETWEEN)
    parent = scene.stage.pid("worker-1")
    children = [] if parent is None else psutil.Process(parent).children()
    if not children:
        scene.findings.append(("worker-1 has no child", None))
        return
    victim = children[0]
    async with scene.broken("a child of worker-1 hangs (SIGSTOP)"):
        victim.suspend()
        await _replaced(
            scene, "the child", lambda: not victim.is_running(), HUNG_SECONDS + START_SECONDS, victim.resume
        )
    if scene.stage.pid("worker-1") != parent:
        scene.findings.append(("worker-1 was replaced, although only a child process hung", None))


async def _replaced(
    scene: DrillContext, what: str, done: Callable[[], bool], bound: float, go_on: Callable[[], object]
) -> None:
    began = time.monotonic()
    try:
        await scene.until(done, f"{what} to be replaced", bound)
    except TimeoutError:
        scene.findings.append((f"{what} hung, and was not replaced within {bound:.0f} s", None))
        go_on()
    else:
        scene.say(f"  {what} was replaced after {time.monotonic() - began:.1f} s")


DRILL = Drill(
    "hung",
    breaks=Sentence(
        "Each kind of process, a child of the worker, and each server hang in turn: they neither work nor die."
    ),
    weak=Sentence("They are never replaced: a supervisor that watches only for deaths sees none."),
    run=run,
    orders=400,
    rate=10.0,
    changes={"hung_seconds": HUNG_SECONDS},
)
