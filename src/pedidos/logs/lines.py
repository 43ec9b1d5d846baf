"""Writes log lines. Writing never fails and never waits long; lines that cannot be written are counted.

A full disk, a pipe without a reader, a closed output: none of them may end or delay the work that a line reports.
"""

import io
import os
import select
import stat
import threading
from collections.abc import Callable
from contextlib import suppress

PATIENCE_SECONDS = 0.05
"""How long a line waits for a full pipe, unless the previous line was already lost."""


class Lines:
    """Writes complete lines to a file descriptor; None: there is no output. told creates the line that is written when
    writing works again, from the number of lost lines and the reason."""

    def __init__(self, descriptor: int | None, told: Callable[[int, str], bytes]) -> None:
        self._descriptor = descriptor
        self._told = told
        self._lost = 0
        self._reason = ""
        self._torn = False
        # The same thread may enter twice: a signal handler may log while a line is being written.
        self._turn = threading.RLock()
        os.register_at_fork(after_in_child=self._after_fork)

    @property
    def lost(self) -> int:
        """The number of lines lost since writing last worked."""
        return self._lost

    def write(self, line: bytes) -> None:
        """Writes the line, which ends with a newline, completely or not at all. Never raises."""
        with self._turn:
            waiting = self._told(self._lost, self._reason) if self._lost else b""
            torn = b"\n" if self._torn else b""
            try:
                self.write_all(torn + waiting + line)
            except OSError as error:
                self._lost += 1
                self._reason = os.strerror(error.errno) if error.errno else str(error)
            else:
                self._lost = 0

    def write_all(self, data: bytes) -> None:
        """Raises OSError; then the output has an incomplete line, which the next one ends."""
        if self._descriptor is None:
            raise OSError("there is no output")
        written, patient = 0, not self._lost
        while written < len(data):
            try:
                written += os.write(self._descriptor, data[written:] if written else data)
            except BlockingIOError:
                if not patient or not _writable(self._descriptor):
                    raise
                patient = False
            else:
                self._torn = not data.endswith(b"\n", 0, written)

    def _after_fork(self) -> None:
        self._turn = threading.RLock()  # the thread that held the old lock is not in this process


class Text(io.RawIOBase):
    """The stream for print() and tracebacks of libraries: complete writes to Lines, so they cannot fail either."""

    def __init__(self, lines: Lines, descriptor: int) -> None:
        super().__init__()
        self._lines = lines
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]  # any buffer
        self._lines.write(bytes(data))
        return len(data)


def unblocked(descriptor: int) -> None:
    """Makes writes to a full pipe fail instead of waiting, only for this process and its children.

    The descriptor gets its own open file: the flag belongs to the open file, which others may share. Where that is not
    possible (macOS), and for terminals and files, nothing changes. A socket cannot be opened again; it gets the flag
    itself, because systemd creates one for each service.
    """
    with suppress(OSError):
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(mode):
            own = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            os.dup2(own, descriptor)
            os.close(own)
        elif stat.S_ISSOCK(mode):
            os.set_blocking(descriptor, False)


def _writable(descriptor: int) -> bool:
    """Whether there is room, waiting at most PATIENCE_SECONDS."""
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(PATIENCE_SECONDS * 1000))
