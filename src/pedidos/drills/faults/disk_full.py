"""The disk is full for PostgreSQL, then for Kafka, then for the task broker: none of their files can grow.

No disk is filled for it, and nothing is mounted: the kernel is told to let the server's processes write nothing beyond
a size that their files have already (RLIMIT_FSIZE). Each write then fails as on a full disk, though with EFBIG, not
ENOSPC.
"""

import asyncio
import resource
import sys

import psutil

from pedidos.drills.drill import Drill, Scene

FULL_SECONDS = 6.0
LIMIT_BYTES = 4096
SERVERS = ("postgres", "kafka", "valkey")


async def run(scene: Scene) -> None:
    if sys.platform != "linux":
        scene.findings.append(("only Linux can limit the files of a process that runs: nothing was shown", None))
        return
    for server in SERVERS:
        await scene.load.until_accepted(20)
        before = scene.stage.pid(server)
        async with scene.broken(f"the disk is full for {server}: its files cannot grow for {FULL_SECONDS:.0f} s"):
            _limit(scene, server, LIMIT_BYTES)
            await asyncio.sleep(FULL_SECONDS)
            _limit(scene, server, resource.RLIM_INFINITY)
            await scene.running(server)
        scene.say(
            f"  {server} {'went on' if scene.stage.pid(server) == before else 'died of it, and was started again'}"
        )


def _limit(scene: Scene, server: str, size: int) -> None:
    """The hard limit stays, so that this can be undone."""
    pid = scene.stage.pid(server)
    if pid is None:
        return
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            _, hard = each.rlimit(psutil.RLIMIT_FSIZE)
            each.rlimit(psutil.RLIMIT_FSIZE, (size, hard))
    except psutil.NoSuchProcess:
        return  # it dies of the limit; its next life has none


DRILL = Drill(
    "disk-full",
    breaks="PostgreSQL, Kafka and the task broker cannot write: their files may not grow.",
    weak="What was accepted is half written and lost; the server that comes back serves what it never kept.",
    run=run,
    orders=450,
    rate=10.0,
)
