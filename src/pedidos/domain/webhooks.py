"""Which events a subscriber can have, when a delivery is tried again, and what an answer means.

Source: Standard Webhooks 1.0.0, "Operational considerations".
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pedidos.domain.order import STAYS, Status, event_type
from pedidos.domain.retry import RetryPolicy

EVENT_TYPES = (*(event_type(status) for status in Status), *sorted(STAYS))
TEST_TYPE = "webhook.test"
"""Of the event that an owner asks for to try the endpoint."""

MINUTE, HOUR = 60.0, 3600.0
PAUSES = (5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
"""After each failed try but the last: ten tries in about three days."""
LONGEST_PAUSE = 24 * HOUR
"""The most that Retry-After is believed."""
KEEP_TRYING_SECONDS = 4 * 24 * HOUR
"""A delivery that has waited longer, behind others or an open circuit, is given up with its next failure."""

FAILURES = 5
"""Failures in a row after which an endpoint gets single trials only."""
HOLD = RetryPolicy(base_seconds=30.0, cap_seconds=HOUR)
"""Pauses between trials."""

TELL_AGAIN_SECONDS = 24 * HOUR
"""Least time between two mails that say that an endpoint gets single trials only."""

OVERLAP_SECONDS = 24 * HOUR
"""How long a replaced secret still signs beside the new one."""

MOST_ENDPOINTS = 20
"""Of one merchant, or of all operators together."""


class Verdict(StrEnum):
    DELIVERED = "delivered"
    LATER = "later"
    FAILED = "failed"
    """It was the last try."""
    GONE = "gone"
    """The endpoint wants nothing any more (410)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a request. status: 0 without an answer; reason says why. retry_after: seconds, if it said so."""

    status: int
    reason: str = ""
    retry_after: float | None = None

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


def sample_event(now: datetime) -> str:
    """The body of the event that an owner asks for to try the endpoint: as those of orders, without data."""
    return json.dumps({"type": TEST_TYPE, "timestamp": now.isoformat(), "data": {}}, separators=(",", ":"))


def verdict(answer: Answer, attempt: int, age_seconds: float) -> Verdict:
    """attempt: the number of this try, from 1."""
    if answer.is_good:
        return Verdict.DELIVERED
    if answer.status == 410:
        return Verdict.GONE
    return Verdict.FAILED if attempt > len(PAUSES) or age_seconds >= KEEP_TRYING_SECONDS else Verdict.LATER


def pause(answer: Answer, attempt: int, chance: float) -> float:
    """Seconds until the next try, after the attempt-th. chance: in [0, 1), for the jitter of a fifth."""
    own = PAUSES[min(attempt, len(PAUSES)) - 1] * (0.9 + 0.2 * chance)
    return min(LONGEST_PAUSE, max(own, answer.retry_after or 0.0))
