"""Records on disk of what the supervisor has started, so that the next one can stop leftovers.

A process is identified by its pid together with its creation time, because pids are reused.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

import psutil

from pedidos.settings.os_environment import MARK
from pedidos_local.credentials import write_private

KILL_SECONDS = 5.0
"""Maximum wait for a process to disappear after SIGKILL."""


@dataclass(frozen=True, slots=True)
class Record:
    """rank: higher ranks are stopped first. created: see created()."""

    name: str
    pid: int
    created: str
    rank: int
    stop_signal: int
    stop_seconds: float

    def alive(self) -> bool:
        return created(self.pid) == self.created


def created(pid: int) -> str | None:
    """The creation time of a process, in a form that is only good for comparisons; None if there is no process or only
    a zombie.

    On Linux it is the boot and the clock tick since then, which do not depend on the wall clock.
    """
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()
        return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.NoSuchProcess:
        return None


def save(folder: Path, record: Record) -> None:
    write_private(folder / f"{record.name}.json", json.dumps(asdict(record)))


def forget(folder: Path, name: str) -> None:
    (folder / f"{name}.json").unlink(missing_ok=True)


def read(folder: Path) -> list[Record]:
    """Every readable record, whether its process is alive or not."""
    found = []
    for path in sorted(folder.glob("*.json")):
        with suppress(ValueError, TypeError):  # a damaged record must not hide the others
            found.append(Record(**json.loads(path.read_text("utf-8"))))
    return found


def end_leftovers(folder: Path, state_dir: Path) -> Iterator[str]:
    """Stops what an earlier supervisor left running, in stop order, and deletes the records. Yields each name as it is
    stopped.

    First the recorded processes, then processes that carry our mark without a record (children of a parent that was
    killed).
    """
    by_rank = sorted(read(folder), key=lambda record: -record.rank)
    for _, group in groupby(by_rank, key=lambda record: record.rank):
        peers = list(group)
        living = [record for record in peers if record.alive()]
        for record in living:
            with suppress(ProcessLookupError):
                os.kill(record.pid, record.stop_signal)
        for record in living:
            if not _vanishes(record, record.stop_seconds):
                kill_group(record.pid)
                _vanishes(record, KILL_SECONDS)
            yield record.name
        for record in peers:
            forget(folder, record.name)
    for process in _marked(state_dir):
        with suppress(psutil.NoSuchProcess):
            name = f"{process.name()} ({process.pid})"
            process.kill()
            yield name


def kill_group(pid: int) -> None:
    """Sends SIGKILL to the group of a process that leads one, as every process that we start does."""
    with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        os.killpg(pid, signal.SIGKILL)


def _vanishes(record: Record, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while record.alive():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _marked(state_dir: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(state_dir):
                found.append(process)
        except (psutil.Error, OSError):  # not accessible to us, or gone meanwhile
            continue
    return found
