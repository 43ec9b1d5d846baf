"""Heartbeats: a file that is touched while work makes progress. Without them the process is replaced."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

BEAT_SECONDS = 2.0
STUCK_SECONDS = 60.0
"""Work without a finished iteration for this long hangs: longer than all waits of one iteration together."""


class Heart:
    """Touches the file every two seconds, in a separate thread, so that a slow call does not stop the heartbeat.

    A process that is stopped, or whose interpreter hangs, is silent immediately. A process hangs, after STUCK_SECONDS,
    if any of the works that have called came_round() does not call it again. also: checked before each beat; must be
    true.
    """

    def __init__(self, path: Path | None, also: Callable[[], bool] = lambda: True) -> None:
        self._path = path
        self._also = also
        self._came_round: dict[str, float] = {}
        self._began = False

    def came_round(self, work: str = "main") -> None:
        """One iteration of the work is done; the heartbeat begins with the first."""
        self._came_round[work] = time.monotonic()
        self.begin()

    def waits(self, work: str = "main") -> None:
        """Until its next iteration, the work waits for another process, for as long as that takes."""
        self._came_round.pop(work, None)

    def begin(self) -> None:
        """Beats from now on, the first time immediately."""
        if self._began or self._path is None:
            return
        self._began = True
        touch(self._path)
        threading.Thread(target=self._beat, args=(self._path,), name="heart", daemon=True).start()

    def _beat(self, path: Path) -> None:
        while True:
            time.sleep(BEAT_SECONDS)
            if self.goes_on():
                touch(path)

    def goes_on(self) -> bool:
        """Whether the heartbeat continues, after it has begun."""
        late = time.monotonic() - STUCK_SECONDS
        return all(moment > late for moment in list(self._came_round.values())) and self._also()


def touch(path: Path) -> None:
    """Sets the file's time to now; creates the file if it is missing. An error here does not affect the work."""
    with suppress(OSError):
        try:
            os.utime(path)  # needs no disk space and no file descriptor
        except FileNotFoundError:
            path.touch()
