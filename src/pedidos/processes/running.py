"""What every looping process shares: stopping when told to, and showing that it works."""

import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType

HEARTBEAT_SECONDS = 2.0


class Running:
    """True until SIGTERM or SIGINT; wait() sleeps, but not beyond that."""

    def __init__(self, heartbeat_file: Path | None) -> None:
        self._stopped = threading.Event()
        self._heartbeat_file = heartbeat_file
        self._last_beat = 0.0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopped.set()

    def __bool__(self) -> bool:
        return not self._stopped.is_set()

    def wait(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def beat(self) -> None:
        """Called while work goes on: touches the heartbeat file every two seconds."""
        now = time.monotonic()
        if self._heartbeat_file is not None and now - self._last_beat >= HEARTBEAT_SECONDS:
            self._last_beat = now
            touch(self._heartbeat_file)


def touch(path: Path) -> None:
    """Sets the file's time to now; it is made if it is not there."""
    path.touch()
    os.utime(path)
