"""Faults on demand, for drills: set with PUT /v1/faults, forgotten when the process ends."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Faults:
    """latency_ms is added to every request. error_rate is the share of requests answered with 500, half of them after
    the work was done; lost_rate the share whose work is done and whose answer does not come. down answers 503 at once.

    Of events: events_lost is the share that is never sent, events_repeated the share that is sent again, and
    events_late_ms the longest time, at random, by which one is late, so that they come in another order. early: they
    are sent before the request that caused them is answered.
    """

    latency_ms: float = 0.0
    error_rate: float = 0.0
    lost_rate: float = 0.0
    down: bool = False
    events_lost: float = 0.0
    events_repeated: float = 0.0
    events_late_ms: float = 0.0
    early: bool = False

    def draw(self, rate: float) -> bool:
        return rate > 0.0 and random.random() < rate  # noqa: S311  # a dice, not a secret


MOST = {"latency_ms": 60_000.0, "events_late_ms": 60_000.0}
"""Of those that are no shares."""


def parse_faults(body: object) -> Faults:
    """Raises ValueError with what is wrong."""
    names = [each.name for each in fields(Faults)]
    if not isinstance(body, dict) or body.keys() - set(names):
        raise ValueError(f"expected an object of {', '.join(names)}")
    found: dict[str, float | bool] = {}
    for name in names:
        found[name] = _flag(body, name) if isinstance(getattr(Faults(), name), bool) else _number(body, name)
    return Faults(**found)  # type: ignore[arg-type]  # each is of its member's type


def _flag(body: Mapping[str, object], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")  # noqa: TRY004
    return value


def _number(body: Mapping[str, object], name: str) -> float:
    value, most = body.get(name, 0), MOST.get(name, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError(f"{name} must be a number from 0 to {most:g}")
    return float(value)
