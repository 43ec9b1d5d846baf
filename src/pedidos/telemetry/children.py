"""Metrics of a worker's child processes: each counts in files of its own, and the parent adds them up.

prometheus-client keeps the values in memory-mapped files, named for the child. When a child ends, its counts must stay:
without them the sums would fall, which a rate takes for a restart of the process and adds twice. So the parent adds
them to the files of those that have ended, and removes the child's. The number of files follows the number of children
that live.
"""

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

ENDED = "ended"
"""In place of the pid in the names of the files of those that have ended."""

RESERVED_BYTES = 1 << 18
"""The size of each file from the start. Its blocks exist then, so a full disk cannot end a child that counts: a write
to a mapped page without a block is SIGBUS. The metrics of a worker need a third of it."""

_KINDS = ("counter", "histogram", "gauge_livesum")


def reserve(folder: Path, who: int | str | None = None) -> None:
    """Creates the files of a child, by default of the calling one, at their full size. Raises OSError."""
    who = os.getpid() if who is None else who
    for kind in _KINDS:
        (folder / f"{kind}_{who}.db").write_bytes(bytes(RESERVED_BYTES))


class Children(Collector):
    """The sums over all children, living and ended."""

    def __init__(self, folder: Path, registry: CollectorRegistry) -> None:
        self._folder = folder
        self._sums = MultiProcessCollector(None, str(folder))
        registry.register(self)

    def collect(self) -> Iterable[Metric]:
        """Called by one thread at a time (exposition)."""
        self.fold()
        found: Iterable[Metric] = self._sums.collect()
        return found

    def fold(self) -> None:
        """Adds the counts of children that have ended to those of the ended, and removes their files."""
        for path in sorted(self._folder.glob("*.db")):
            kind, _, who = path.stem.rpartition("_")
            if who == ENDED or _lives(int(who)):
                continue
            if not kind.startswith("gauge"):
                self._add(path, self._folder / f"{kind}_{ENDED}.db")
            path.unlink(missing_ok=True)

    def _add(self, path: Path, to: Path) -> None:
        try:
            found = [(key, value) for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path))]
        except (RuntimeError, UnicodeDecodeError, struct.error):  # it was killed while it made the file
            return
        if not to.exists():
            to.write_bytes(bytes(RESERVED_BYTES))
        sums = MmapedDict(str(to))
        try:
            for key, value in found:
                sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
        finally:
            sums.close()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's process has the number now
        return True
    return True
