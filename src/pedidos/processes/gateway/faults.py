"""Faults on demand, for drills: set with PUT /v1/faults, forgotten when the process ends."""

import random
from dataclasses import dataclass
from enum import Enum, auto


class Fault(Enum):
    NONE = auto()
    BEFORE = auto()
    """Answer 500 and charge nothing."""
    AFTER = auto()
    """Charge, then answer 500."""


@dataclass(frozen=True, slots=True)
class Faults:
    """latency_ms is added to every request. error_rate is the part of the charges answered with 500, half of them
    after the money was taken. down answers 503 at once. None of it touches /v1/faults, /v1/book, /livez and /readyz.
    """

    latency_ms: float = 0.0
    error_rate: float = 0.0
    down: bool = False

    def draw(self) -> Fault:
        if self.error_rate == 0.0 or random.random() >= self.error_rate:  # noqa: S311  # a dice, not a secret
            return Fault.NONE
        return random.choice((Fault.BEFORE, Fault.AFTER))  # noqa: S311


def parse_faults(body: object) -> Faults:
    """Raises ValueError with what is wrong."""
    if not isinstance(body, dict) or body.keys() - {"latency_ms", "error_rate", "down"}:
        raise ValueError("expected an object of latency_ms, error_rate and down")
    latency, rate, down = body.get("latency_ms", 0), body.get("error_rate", 0), body.get("down", False)
    if isinstance(latency, bool) or not isinstance(latency, int | float) or not 0 <= latency <= 60_000:
        raise ValueError("latency_ms must be a number from 0 to 60000")
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise ValueError("error_rate must be a number from 0 to 1")
    if not isinstance(down, bool):
        raise ValueError("down must be true or false")  # noqa: TRY004
    return Faults(float(latency), float(rate), down)
