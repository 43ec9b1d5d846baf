"""Runs `pedidos reconcile` at a drill's platform, as an operator does."""

import asyncio
import subprocess

from pedidos_drills.platform import DrillPlatform
from pedidos_local import environment

SECONDS = 120.0


async def reconcile(platform: DrillPlatform, *options: str) -> tuple[bool, str]:
    """Whether nothing is left to settle, and what the command printed. Raises TimeoutError."""
    told = environment.python() | {"PEDIDOS_STATE_DIR": str(platform.layout.state_dir)}
    process = await asyncio.create_subprocess_exec(
        *platform.command("reconcile", *options),
        env=told,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return process.returncode == 0, said.decode(errors="replace").strip()
