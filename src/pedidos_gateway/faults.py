"""Faults on demand, for drills: set with PUT /v1/faults, forgotten when the process ends."""

import random
from collections.abc import Mapping
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
    """latency_ms is added to every request. error_rate is the share of charges answered with 500, half of them after
    the money was taken. nonsense_rate is the share of answers that break the contract (nonsense.py), after the work was
    done. down answers 503 at once. None of these affects /v1/faults, /v1/book, /livez and /readyz."""

    latency_ms: float = 0.0
    error_rate: float = 0.0
    nonsense_rate: float = 0.0
    down: bool = False

    @property
    def talks_nonsense(self) -> bool:
        """Decided again, at random, at each read."""
        return self.nonsense_rate > 0.0 and random.random() < self.nonsense_rate  # noqa: S311  # a dice, not a secret

    def draw(self) -> Fault:
        if self.error_rate == 0.0 or random.random() >= self.error_rate:  # noqa: S311  # a dice, not a secret
            return Fault.NONE
        return random.choice((Fault.BEFORE, Fault.AFTER))  # noqa: S311


def parse_faults(body: object) -> Faults:
    """Raises ValueError with what is wrong."""
    if not isinstance(body, dict) or body.keys() - {"latency_ms", "error_rate", "nonsense_rate", "down"}:
        raise ValueError("expected an object of latency_ms, error_rate, nonsense_rate and down")
    latency, down = body.get("latency_ms", 0), body.get("down", False)
    if isinstance(latency, bool) or not isinstance(latency, int | float) or not 0 <= latency <= 60_000:
        raise ValueError("latency_ms must be a number from 0 to 60000")
    if not isinstance(down, bool):
        raise ValueError("down must be true or false")  # noqa: TRY004
    return Faults(float(latency), _rate(body, "error_rate"), _rate(body, "nonsense_rate"), down)


def _rate(body: Mapping[str, object], name: str) -> float:
    rate = body.get(name, 0)
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise ValueError(f"{name} must be a number from 0 to 1")
    return float(rate)
