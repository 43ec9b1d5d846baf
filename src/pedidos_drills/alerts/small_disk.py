"""A scheduler whose state folder is on a small disk of its own, which is nearly full.

The disk is a tmpfs in a namespace of that process alone: nothing of the machine is filled or mounted, and it goes with
the process. It needs no rights, but a system that lets its users make namespaces.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from pedidos.storage.roles import ProcessKind
from pedidos_drills.alerts.drill import CannotRun, Scene
from pedidos_local import processes, spawning
from pedidos_local.environment import as_role

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
BYTES = 16 * 1024 * 1024
FILLED = 0.95
"""The share of the disk that is taken."""
IN_FRONT = 0
"""The place of the scheduler among what is stopped: before all else."""
MOUNT_AND_RUN = f"""
set -e
mount -t tmpfs -o size={BYTES} none "$0"
head -c {FILLED * BYTES:.0f} /dev/zero > "$0/taken"
exec "$@"
"""


@asynccontextmanager
async def nearly_full(scene: Scene) -> AsyncIterator[None]:
    """Inside the context, the scheduler is one with such a disk. Raises CannotRun."""
    await _check()
    stage = scene.stage
    folder = stage.layout.state_dir / "small-disk"
    folder.mkdir(exist_ok=True)
    settings = as_role(stage.settings, ProcessKind.SCHEDULER.role, stage.credentials)
    usual = processes.working("scheduler", "scheduler", settings)
    program = replace(
        usual,
        command=[*NAMESPACE, "sh", "-c", MOUNT_AND_RUN, str(folder), *usual.command],
        env=usual.env | {"PEDIDOS_STATE_DIR": str(folder)},
    )
    async with scene.halted("scheduler"):
        process = await spawning.spawn(program, IN_FRONT, stage.layout)
        try:
            yield
        finally:
            await spawning.end(process, program)
            spawning.clear_up(process.pid, program.name, stage.layout)


async def _check() -> None:
    if shutil.which(NAMESPACE[0]) is None:
        raise CannotRun("unshare, of util-linux, is not installed")
    tried = await asyncio.create_subprocess_exec(
        *NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt", stderr=asyncio.subprocess.PIPE
    )
    _, said = await tried.communicate()
    if tried.returncode:
        raise CannotRun(f"this system makes no namespace for us: {said.decode(errors='replace').strip()}")
