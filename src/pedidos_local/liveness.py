"""Checks repeatedly whether a running program is alive; the program need not be ready.

Silence is counted in checks, not by a clock: while the supervisor itself does not run, because the machine is suspended
or overloaded, it does not check, so a program that is as slow as the supervisor does not count as dead.
"""

from collections.abc import Callable
from pathlib import Path

LOOK_SECONDS = 2.0
SERVERS_PATIENCE = 2
"""A server may be silent for this many times longer: it has no heartbeat, and the load of the machine delays its
answer."""


class Beats:
    """True if the heartbeat file was touched since the last call."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._last = 0

    def __call__(self) -> bool:
        try:
            beat = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return False
        fresh, self._last = beat != self._last, beat
        return fresh


class Silence:
    """Counts the checks without a sign of life, and decides whether the program hangs."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._looks = 0

    def look(self, *, alive: bool) -> bool:
        """Whether the program counts as hung after this check."""
        self._looks = 0 if alive else self._looks + 1
        return self._looks * LOOK_SECONDS >= self._patience


def always() -> bool:
    """For a program that cannot be checked."""
    return True


Alive = Callable[[], bool]
