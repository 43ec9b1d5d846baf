"""Whether a program lives, asked again and again while it runs; it needs not be ready for that.

Silence is counted in looks, not by a clock: while the supervisor itself does not run, because the machine is suspended
or has too much to do, it does not look, and what is as slow as the supervisor is not thought dead.
"""

from collections.abc import Callable
from pathlib import Path

LOOK_SECONDS = 2.0
SERVERS_PATIENCE = 2
"""How many times longer a server may be silent: it has no heartbeat, and its answer takes what the machine takes."""


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
    """How long a program has given no sign of life, and whether that is too long."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._looks = 0

    def look(self, *, alive: bool) -> bool:
        """Whether it counts as hung after this look."""
        self._looks = 0 if alive else self._looks + 1
        return self._looks * LOOK_SECONDS >= self._patience


def always() -> bool:
    """For a program that cannot be asked."""
    return True


Alive = Callable[[], bool]
