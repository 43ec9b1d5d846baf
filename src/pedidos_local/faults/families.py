"""Signals to a program and all processes that it started, each identified by pid and creation time."""

import signal
from collections.abc import Iterable
from contextlib import suppress

import psutil

from pedidos_local import records

Member = tuple[int, str]
"""Pid and creation time, as in records.created(): pids are reused."""


def members(pid: int | None) -> list[Member]:
    """The program and its descendants, parents first; empty if it has ended."""
    if pid is None:
        return []
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
    found = ((each.pid, records.created(each.pid)) for each in family)
    return [(number, created) for number, created in found if created is not None]


def send(family: Iterable[Member], number: signal.Signals) -> None:
    """Sends the signal to those that still live."""
    for pid, created in family:
        if records.created(pid) == created:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(pid).send_signal(number)


def stopped(family: Iterable[Member]) -> bool:
    """Whether one of them is stopped (SIGSTOP) now."""
    return any(records.created(pid) == created and is_stopped(pid) for pid, created in family)


def all_stopped(family: Iterable[Member]) -> bool:
    """Whether each of them that lives is stopped (SIGSTOP) now."""
    return all(is_stopped(pid) for pid, created in family if records.created(pid) == created)


def is_stopped(pid: int | None) -> bool:
    """Whether the process is stopped (SIGSTOP) now."""
    if pid is None:
        return False
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.NoSuchProcess:
        return False
