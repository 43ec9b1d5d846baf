"""A file that is read again when it has changed, at the cost of a stat."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from pedidos.errors import Misconfigured, first_line

T = TypeVar("T")

log = structlog.get_logger()


class WatchedFile(Generic[T]):
    """What a file holds. Threads may share one. The file is replaced as a whole, never written in place."""

    def __init__(self, path: Path, read: Callable[[Path], T]) -> None:
        """Raises what read raises."""
        self.path = path
        self._read = read
        self._stamp = self._stat()  # before reading: a change in between is noticed later
        self.value = read(path)
        """As it was last read."""

    def fresh(self) -> T:
        """The value, read again if the file has changed since. If that is not possible, the value stays as it was."""
        stamp = self._stat()
        if stamp != self._stamp:
            self._read_again()
            self._stamp = stamp  # only now: until then, other threads read it too
        return self.value

    def _read_again(self) -> None:
        try:
            self.value = self._read(self.path)
        except Misconfigured as error:
            log.warning("file not read again", file=self.path.name, reason=first_line(error))

    def _stat(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
