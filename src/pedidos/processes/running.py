"""Shared by all looping processes: the stop signal, the heartbeat, and the wait for servers that are down."""

import gc
import random
import signal
import threading
from pathlib import Path
from types import FrameType

from pedidos.processes.heart import Heart

RECOVERY_SECONDS = (0.3, 1.2)
"""The shortest and the longest pause before a server that was down is tried again, for as long as it takes."""


class Running:
    """True until SIGTERM or SIGINT; wait() sleeps, but not beyond that."""

    def __init__(self, heartbeat_file: Path | None) -> None:
        self._stopped = threading.Event()
        self._heart = Heart(heartbeat_file)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopped.set()

    def __bool__(self) -> bool:
        return not self._stopped.is_set()

    def wait(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def beat(self, work: str = "main") -> None:
        """Called while work makes progress. Each of several works has a name."""
        self._heart.came_round(work)

    def end(self) -> None:
        """The process has to end, as after SIGTERM."""
        self._stopped.set()


def freeze_gc() -> None:
    """Called after a process has created its long-lived objects: the garbage collector does not have to scan them
    again."""
    gc.collect()
    gc.freeze()


def recovery() -> float:
    """Seconds to wait for a server that is down: each process waits differently, so that they do not all return at the
    same time."""
    return random.uniform(*RECOVERY_SECONDS)  # noqa: S311  # jitter, not a secret
