"""The disk is full for PostgreSQL, then for Kafka, then for the task broker: none of their files can grow.

No disk is filled for it, and nothing is mounted: the kernel is told to let the server's processes write nothing beyond
a size that their files have already (RLIMIT_FSIZE). Each write then fails as on a full disk, though with EFBIG, not
ENOSPC.
"""

import asyncio
import os
import shutil
from typing import Any

import psutil

from pedidos.drills.drill import Drill, Scene

FULL_SECONDS = 6.0
FULL, ROOMY = "4096", "unlimited"
"""The limits, in bytes. Only the soft one is set, so that this can be undone."""

SERVERS = ("postgres", "kafka", "valkey")


async def run(scene: Scene) -> None:
    tool = shutil.which("prlimit")
    if tool is None:
        scene.findings.append(("no prlimit here to limit the files of a running process: nothing was shown", None))
        return
    for server in SERVERS:
        await scene.load.until_accepted(20)
        before = scene.stage.pid(server)
        async with scene.broken(f"the disk is full for {server}: its files cannot grow for {FULL_SECONDS:.0f} s"):
            await _limit(scene, tool, server, FULL)
            await asyncio.sleep(FULL_SECONDS)
            await _limit(scene, tool, server, ROOMY)
            await scene.running(server)
        scene.say(
            f"  {server} {'went on' if scene.stage.pid(server) == before else 'died of it and was started again'}"
        )


async def _limit(scene: Scene, tool: str, server: str, size: str) -> None:
    """As the user whose the processes are: others would need a right of its own for that, even root."""
    pid = scene.stage.pid(server)
    if pid is None:
        return
    try:
        process = psutil.Process(pid)
        family = (process, *process.children(recursive=True))
        owners = {each.pid: (each.uids().real, each.gids().real) for each in family}
    except psutil.NoSuchProcess:
        return  # it has died of the limit, and its next life has none
    for victim, (user, group) in owners.items():
        become: dict[str, Any] = {} if user == os.getuid() else {"user": user, "group": group, "extra_groups": []}
        command = (tool, f"--pid={victim}", f"--fsize={size}:")
        done = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE, **become)
        _, said = await done.communicate()
        if done.returncode and psutil.pid_exists(victim):
            raise OSError(said.decode(errors="replace").strip())


DRILL = Drill(
    "disk-full",
    breaks="PostgreSQL, Kafka and the task broker cannot write: their files may not grow.",
    weak="What was accepted is half written and lost; the server that comes back serves what it never kept.",
    run=run,
    orders=450,
    rate=10.0,
)
