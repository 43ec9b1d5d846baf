"""Sets kernel limits on running processes (prlimit), with the effect of a full disk or too many open files."""

import asyncio
import os
import resource
import shutil
from collections.abc import Iterable
from typing import Any

import psutil


class NoTool(RuntimeError):
    """prlimit is not installed: a running process cannot be limited."""


async def limit(pid: int | None, what: str, size: str) -> None:
    """Sets the soft limit of a process and of all its child processes; the hard limit stays, so that this can be
    undone.

    what, size: an option of prlimit and its value, such as "fsize" and "4096" (bytes). Skips a process that has ended;
    a restarted one has no limit. Raises NoTool.
    """
    tool = shutil.which("prlimit")
    if tool is None:
        raise NoTool("no prlimit here to limit a running process")
    for victim, user, group in _family(pid):
        # As the user of the process: any other user, even root, needs a separate privilege for this.
        become: dict[str, Any] = {} if user == os.getuid() else {"user": user, "group": group, "extra_groups": []}
        command = (tool, f"--pid={victim}", f"--{what}={size}:")
        done = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE, **become)
        _, said = await done.communicate()
        if done.returncode and psutil.pid_exists(victim):
            raise OSError(said.decode(errors="replace").strip())


def open_files(pid: int | None) -> int:
    """The number of open file descriptors of the process; 0 if it has ended."""
    try:
        return 0 if pid is None else psutil.Process(pid).num_fds()
    except psutil.NoSuchProcess:
        return 0


def soft_limit_of_files() -> int:
    """Our own soft limit of open files, which our child processes inherit."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _family(pid: int | None) -> Iterable[tuple[int, int, int]]:
    """Process, user and group of each process of the tree."""
    if pid is None:
        return []
    try:
        process = psutil.Process(pid)
        family = (process, *process.children(recursive=True))
        return [(each.pid, each.uids().real, each.gids().real) for each in family]
    except psutil.NoSuchProcess:
        return []
