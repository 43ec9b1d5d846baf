"""The disk is full for PostgreSQL, then for Kafka, then for the task broker: none of their files can grow. Then for our
own processes, which can no longer log. Last, an api logs into a pipe whose reader stops.

The drill does not fill a disk or mount anything: it makes the kernel refuse the processes every write beyond a file
size that their files already have (RLIMIT_FSIZE). Each write then fails as on a full disk, though with EFBIG instead of
ENOSPC.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.limits import limit
from pedidos_local.child import StartFailed

FULL_SECONDS = 6.0
FULL, NO_ROOM, ROOMY = "4096", "0", "unlimited"
"""Limits in bytes. Only the soft limit is set, so that it can be undone."""

SERVERS = ("postgres", "kafka", "valkey")
OURS = ("api-1", "live-1", "relay-1", "bridge-1", "worker-1", "scheduler")
"""These write only their logs to disk. The gateway also writes its book, but it represents another company's server."""

PIPED = "api-2"
TOLD = b"log lines lost"
TOLD_SECONDS = 10.0


async def run(scene: DrillContext) -> None:
    for server in SERVERS:
        await scene.load.until_accepted(20)
        before = scene.stage.pid(server)
        async with scene.broken(f"the disk is full for {server}: its files cannot grow for {FULL_SECONDS:.0f} s"):
            await limit(scene.stage.pid(server), "fsize", FULL)
            await asyncio.sleep(FULL_SECONDS)
            await limit(scene.stage.pid(server), "fsize", ROOMY)
            await scene.running(server)
        scene.say(f"  {server} {'went on' if scene.stage.pid(server) == before else 'died of it and was restarted'}")
    await _without_logs(scene)
    await _with_a_pipe(scene)


async def _without_logs(scene: DrillContext) -> None:
    await scene.load.until_accepted(20)
    began = scene.stage.layout.log(OURS[0]).stat().st_size
    async with (
        scene.broken(f"the disk is full for our own processes: nothing can be logged for {FULL_SECONDS:.0f} s"),
        scene.bystanders("a log"),
    ):
        for name in OURS:
            await limit(scene.stage.pid(name), "fsize", NO_ROOM)
        await asyncio.sleep(FULL_SECONDS)
        for name in OURS:
            await limit(scene.stage.pid(name), "fsize", ROOMY)
    try:
        await scene.until(lambda: TOLD in _since(scene, began), "the log to report what it lacks", TOLD_SECONDS)
    except TimeoutError:
        scene.findings.append((f"{OURS[0]} does not report how many lines its log lacks", None))


def _since(scene: DrillContext, began: int) -> bytes:
    return scene.stage.layout.log(OURS[0]).read_bytes()[began:]


async def _with_a_pipe(scene: DrillContext) -> None:
    """Starts a second api, which gets half of the requests and logs into a pipe that is full and stays full."""
    await scene.load.until_accepted(20)
    with _full_pipe(scene.stage.layout.log(PIPED)):
        async with scene.broken(f"{PIPED} logs into a pipe that no process reads, for {FULL_SECONDS:.0f} s"):
            try:
                await scene.stage.supervisor.scale({"api": 2})
            except StartFailed as failure:
                scene.findings.append((str(failure), None))
                return
            async with scene.bystanders("a log"):
                await asyncio.sleep(FULL_SECONDS)
            await scene.stage.supervisor.scale({"api": 1})


@contextmanager
def _full_pipe(path: Path) -> Iterator[None]:
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        with suppress(BlockingIOError):
            while True:
                os.write(writer, b"." * 4096)
        yield
    finally:
        os.close(writer)
        os.close(reader)
        path.unlink()


DRILL = Drill(
    "disk-full",
    breaks=Sentence(
        "PostgreSQL, Kafka and the task broker cannot write: their files cannot grow. Nothing can be logged."
    ),
    weak=Sentence(
        "Accepted orders are half written and lost; or they are stored, but customers get 500 for lack of a log."
    ),
    run=run,
    orders=700,
    rate=10.0,
)
