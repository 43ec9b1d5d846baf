"""A program that the supervisor runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from signal import SIGTERM, Signals

from pedidos_local.liveness import Alive, always


@dataclass(frozen=True, slots=True)
class Program:
    """One operating-system process. ready() says immediately whether the program serves; it must not block for more
    than a second, and an OSError counts as no. alive() says in the same way whether there was a sign of life since the
    last call; without one for patience_seconds the program counts as hung.

    mend() is called if the program ended with an error before it was ready. It repairs what a crash may have left, and
    returns what it did, or None. remedy: what to do if the program still does not start.
    """

    name: str
    kind: str
    command: list[str]
    ready: Callable[[], bool]
    env: dict[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    uid: int | None = None
    gid: int | None = None
    stop_signal: Signals = SIGTERM
    stop_seconds: float = 10.0
    alive: Alive = always
    patience_seconds: float = inf
    mend: Callable[[], str | None] | None = None
    remedy: str = ""
