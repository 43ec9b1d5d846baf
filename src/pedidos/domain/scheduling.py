"""Orders for later: for when one can be placed, and when it has to begin so that it is in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pedidos.domain.schedule import Closure, Interval, spans_of
from pedidos.sentence import Sentence

LEAD = timedelta(minutes=45)
"""How long before its time an order is released: what most merchants promise, and some minutes for the payment."""
FARTHEST = timedelta(days=7)
MOST_SCHEDULED = 10
"""Orders of a customer that wait for their time."""
TOO_MANY = Sentence("{most} of your orders wait for their time already: cancel one first.", most=MOST_SCHEDULED)


@dataclass(frozen=True, slots=True)
class Schedule:
    """scheduled_for: when the customer wants the order. release_at: when it goes to the steps."""

    scheduled_for: datetime
    release_at: datetime


def scheduled(
    at: datetime, now: datetime, intervals: Sequence[Interval], time_zone: str, closures: Sequence[Closure]
) -> Schedule | Sentence:
    """When an order for this time is released; or why none can be placed for it.

    It is not released before the merchant opens, because that has to accept it within minutes.
    """
    if at < now + LEAD:
        minutes = int(LEAD.total_seconds() // 60)
        return Sentence("Must be at least {minutes} minutes from now: order without a time.", minutes=minutes)
    if at > now + FARTHEST:
        return Sentence("Must be within {days} days.", days=FARTHEST.days)
    opens = next((begin for begin, end in spans_of(intervals, time_zone, now, closures) if begin <= at < end), None)
    if opens is None:
        return Sentence("The merchant is closed then: its opening hours say when it is open.")
    return Schedule(at, max(at - LEAD, opens.astimezone(ZoneInfo("UTC"))))
