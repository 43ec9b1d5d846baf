"""Starts one operating-system process of the platform, with a record of it, and ends it with all its children."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from pedidos.settings import os_environment
from pedidos_local import logfiles, records
from pedidos_local.layout import UMASK, Layout
from pedidos_local.program import Program
from pedidos_local.supervisor_words import ENDED_BY, EXITED


async def spawn(program: Program, rank: int, layout: Layout) -> asyncio.subprocess.Process:
    """Starts the program in a separate session, so that Ctrl-C reaches only the supervisor. Its output goes to its log
    file.

    Its environment is the common environment of all programs, plus program.env. Raises OSError.
    """
    heartbeat = program.env.get("PEDIDOS_HEARTBEAT_FILE")
    if heartbeat:  # the file of an earlier run says nothing about this one
        Path(heartbeat).unlink(missing_ok=True)
    log = logfiles.open_for_append(layout.log(program.name))
    try:
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os_environment.inherited(os_environment.SERVER)
            | program.env
            | {os_environment.MARK: str(layout.state_dir)},
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
        except OSError:  # the disk is full: a program must not run without a record
            records.kill_group(process.pid)
            await process.wait()
            raise
    return process


async def end(process: asyncio.subprocess.Process, program: Program) -> bool:
    """Asks the program to stop, and kills it after its stop_seconds. Returns True if it had to be killed."""
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
    """Sends SIGKILL to a program that hangs and to all processes that it started, which may hang too, each in its own
    group."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        for victim in (parent, *parent.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                victim.kill()
    records.kill_group(process.pid)
    await process.wait()


def clear_up(pid: int, name: str, layout: Layout) -> None:
    """Cleans up after a program's death: children that are still alive would disturb its next start."""
    records.kill_group(pid)
    records.forget(layout.run, name)


def how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return ENDED_BY.filled(signal=signal.Signals(-code).name)
    return EXITED.filled(code=code)
