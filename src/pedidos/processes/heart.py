"""Signs of life: a file that is touched for as long as work goes on. Without them the process is replaced."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

BEAT_SECONDS = 2.0
STUCK_SECONDS = 60.0
"""Work that has not come round for so long is stuck: longer than all the waits of one round together."""


class Heart:
    """Touches the file every two seconds, in a thread of its own, so that a call that takes long is no silence.

    A process that is stopped, or whose interpreter is stuck, falls silent at once; one in which any of the works that
    ever told came_round() is stuck, after STUCK_SECONDS. also: asked before each beat, and must hold too.
    """

    def __init__(self, path: Path | None, also: Callable[[], bool] = lambda: True) -> None:
        self._path = path
        self._also = also
        self._came_round: dict[str, float] = {}
        self._began = False

    def came_round(self, work: str = "main") -> None:
        """One round of the work is done; the heart begins to beat with the first."""
        self._came_round[work] = time.monotonic()
        self.begin()

    def waits(self, work: str = "main") -> None:
        """Until its next round the work waits for somebody else, for as long as it takes."""
        self._came_round.pop(work, None)

    def begin(self) -> None:
        """Beats from now on, once at once."""
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
        """Whether it beats, once it has begun."""
        late = time.monotonic() - STUCK_SECONDS
        return all(moment > late for moment in list(self._came_round.values())) and self._also()


def touch(path: Path) -> None:
    """Sets the file's time to now; it is made if it is not there. What forbids it does not disturb the work."""
    with suppress(OSError):
        try:
            os.utime(path)  # asks for no room on the disk, and for no file descriptor
        except FileNotFoundError:
            path.touch()
