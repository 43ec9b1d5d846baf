"""Starting one operating-system process of the platform, with a record of it, and ending it with all its children."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from pedidos import shell
from pedidos_local import logfiles, records
from pedidos_local.layout import UMASK, Layout
from pedidos_local.program import Program


async def spawn(program: Program, rank: int, layout: Layout) -> asyncio.subprocess.Process:
    """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone. Its output goes to its log file.

    Its environment is what every program needs of ours, and program.env.
    Raises OSError.
    """
    heartbeat = program.env.get("PEDIDOS_HEARTBEAT_FILE")
    if heartbeat:  # the one of an earlier life says nothing of this one
        Path(heartbeat).unlink(missing_ok=True)
    log = logfiles.open_for_append(layout.log(program.name))
    try:
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**shell.inherited(shell.SERVER), **program.env, shell.MARK: str(layout.state_dir)},
            cwd=program.cwd,
            user=program.uid,
            group=program.gid,
            extra_groups=None if program.uid is None else [],
            start_new_session=True,
            umask=UMASK,
        )
    finally:
        os.close(log)
    created = records.created(process.pid)
    if created is not None:
        stop = (rank, program.stop_signal, program.stop_seconds)
        try:
            records.save(layout.run, records.Record(program.name, process.pid, created, *stop))
        except OSError:  # the disk is full: without its record it must not run
            records.kill_group(process.pid)
            await process.wait()
            raise
    return process


async def end(process: asyncio.subprocess.Process, program: Program) -> bool:
    """Ask it to stop, and kill it after its stop_seconds. True if it had to be killed."""
    if process.returncode is not None:
        return False
    process.send_signal(program.stop_signal)
    try:
        await asyncio.wait_for(process.wait(), program.stop_seconds)
    except TimeoutError:
        records.kill_group(process.pid)
        await process.wait()
        return True
    return False


async def destroy(process: asyncio.subprocess.Process) -> None:
    """SIGKILL to one that is hung, and to all that it started, which may hang too, each in a group of its own."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        for victim in (parent, *parent.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                victim.kill()
    records.kill_group(process.pid)
    await process.wait()


def clear_up(pid: int, name: str, layout: Layout) -> None:
    """After its death: its children that outlived it would get in the way of its next life."""
    records.kill_group(pid)
    records.forget(layout.run, name)


def how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return f"exited with code {code}"
