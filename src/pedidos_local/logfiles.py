"""The programs' log files: written by the programs, limited in size by the supervisor, read by people.

A program writes directly to its file and not through a pipe, so it continues unchanged if the supervisor dies.
"""

import os
import shutil
from collections.abc import Iterator
from io import SEEK_END
from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
KEPT = 2
"""Number of older files that are kept, as NAME.log.1 (newest) and NAME.log.2."""


def open_for_append(path: Path) -> int:
    """A file descriptor whose writes always go to the current end of the file."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def rotate(path: Path, max_bytes: int = MAX_BYTES) -> bool:
    """Moves the contents to NAME.log.1 if there are more than max_bytes: the last max_bytes of them. Lines written
    meanwhile can be lost.

    Raises OSError. If the contents cannot be copied because the disk is full, they are discarded: that is better than
    filling it.
    """
    try:
        if path.stat().st_size <= max_bytes:
            return False
    except FileNotFoundError:
        return False
    for age in range(KEPT, 1, -1):
        younger = _older(path, age - 1)
        if younger.exists():
            younger.replace(_older(path, age))
    copy = _older(path, 1)
    try:
        copy_end(path, copy, max_bytes)
    except OSError:
        copy.unlink(missing_ok=True)  # a partial copy is useless
        raise
    finally:
        os.truncate(path, 0)
    return True


def copy_end(path: Path, copy: Path, most: int) -> None:
    """Copies the last bytes of the file, at most this number. Raises OSError."""
    with path.open("rb") as file, os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as end:
        file.seek(max(0, file.seek(0, SEEK_END) - most))
        shutil.copyfileobj(file, end)


def with_older(path: Path) -> list[Path]:
    """The files that there are of a log, the oldest first."""
    files = [*(_older(path, age) for age in range(KEPT, 0, -1)), path]
    return [file for file in files if file.is_file()]


def size(path: Path) -> int:
    """The size of the file in bytes; 0 if there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def tail(path: Path, lines: int, since: int = 0) -> list[str]:
    """The last lines, from at most the last 64 KiB; none if there is no file, or a pipe in its place. since: bytes
    before this position are left out, unless the file has been rotated meanwhile."""
    if not path.is_file():
        return []
    try:
        with path.open("rb") as file:
            end = file.seek(0, SEEK_END)
            file.seek(max(0, end - 65536, since if since <= end else 0))
            return file.read().decode(errors="replace").splitlines()[-lines:] if lines else []
    except FileNotFoundError:
        return []


class Follower:
    """Yields new complete lines of a file, from its current end; continues at the start after a rotation."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = size(path)
        self._rest = b""

    def lines(self) -> Iterator[str]:
        """The lines written since the last call."""
        end = size(self._path)
        if end < self._offset:
            self._offset, self._rest = 0, b""
        if end == self._offset:
            return
        with self._path.open("rb") as file:
            file.seek(self._offset)
            data = self._rest + file.read()
            self._offset = file.tell()
        *whole, self._rest = data.split(b"\n")
        for line in whole:
            yield line.decode(errors="replace")


def _older(path: Path, age: int) -> Path:
    return path.with_name(f"{path.name}.{age}")
