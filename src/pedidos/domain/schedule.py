"""Decides when a merchant is open."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pedidos.sentence import Sentence


class Interval(NamedTuple):
    """Open from `opens` until just before `closes`: minutes since local midnight, on an ISO weekday (Monday is 1)."""

    weekday: int
    opens: int
    closes: int


class Closure(NamedTuple):
    """Closed from `begins` until just before `ends`, whatever the hours say: a holiday, or "closed now"."""

    begins: datetime
    ends: datetime


class Fault(NamedTuple):
    """What is wrong with an interval: its position, the part of it, and why."""

    position: int
    part: str
    reason: Sentence


def faults(intervals: Iterable[Interval]) -> list[Fault]:
    """Why these cannot be the hours of a merchant; empty if they can."""
    found = []
    by_day: dict[int, list[tuple[Interval, int]]] = defaultdict(list)
    for position, interval in enumerate(intervals):
        if interval.closes <= interval.opens:
            found.append(Fault(position, "closes", Sentence("Must be later than opens.")))
        by_day[interval.weekday].append((interval, position))
    for of_day in by_day.values():
        for (earlier, _), (later, position) in pairwise(sorted(of_day)):
            if later.opens < earlier.closes:
                found.append(Fault(position, "opens", Sentence("Overlaps with another interval of the day.")))
    return found


def is_open(intervals: Iterable[Interval], time_zone: str, at: datetime, closures: Iterable[Closure] = ()) -> bool:
    """Whether a merchant with these hours is open at this moment. Without hours it never is."""
    if any(closure.begins <= at < closure.ends for closure in closures):
        return False
    local = at.astimezone(ZoneInfo(time_zone))
    minute = local.hour * 60 + local.minute
    return any(i.weekday == local.isoweekday() and i.opens <= minute < i.closes for i in intervals)


class Opening(NamedTuple):
    """Whether a merchant is open, and the moment at which that changes, in its time zone; None if it never does."""

    is_open: bool
    until: datetime | None


DAYS_AHEAD = 8
"""Days that are looked at: today, and each weekday once more."""


def opening_at(
    intervals: Iterable[Interval], time_zone: str, at: datetime, closures: Sequence[Closure] = ()
) -> Opening:
    """Whether a merchant with these hours is open at this moment, and until when."""
    local = at.astimezone(ZoneInfo(time_zone))
    spans = spans_of(intervals, time_zone, at, closures)
    now = next((span for span in spans if span[0] <= local < span[1]), None)
    if now is None:
        return Opening(False, min((begin for begin, _ in spans if begin > local), default=None))
    end = now[1]
    return Opening(True, None if (end - local).days >= DAYS_AHEAD - 1 else end)


NIGHT = timedelta(hours=12)
"""How long after midnight a shop that is still open counts as being in the day before. One that is open longer never
closes, and its day ends at midnight."""


def end_of_day(
    intervals: Iterable[Interval], time_zone: str, at: datetime, closures: Sequence[Closure] = ()
) -> datetime:
    """When the day of a shop with these hours ends: at midnight, or when it closes, if it is open across midnight."""
    local = at.astimezone(ZoneInfo(time_zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    hours = list(intervals)
    of_yesterday = _end_of_day(hours, time_zone, midnight, closures)
    return (
        of_yesterday if of_yesterday > local else _end_of_day(hours, time_zone, midnight + timedelta(days=1), closures)
    )


def _end_of_day(
    intervals: Iterable[Interval], time_zone: str, midnight: datetime, closures: Sequence[Closure]
) -> datetime:
    """When the day ends that this midnight is the end of."""
    before = opening_at(intervals, time_zone, midnight - timedelta(microseconds=1), closures)
    if before.is_open and before.until is not None and midnight < before.until <= midnight + NIGHT:
        return before.until
    return midnight


def spans_of(
    intervals: Iterable[Interval], time_zone: str, at: datetime, closures: Iterable[Closure] = ()
) -> list[tuple[datetime, datetime]]:
    """The times in which a merchant is open, in its time zone, from the day of this moment on: DAYS_AHEAD days."""
    zone = ZoneInfo(time_zone)
    spans = _spans(list(intervals), at.astimezone(zone))
    for begins, ends in closures:
        spans = _without(spans, begins.astimezone(zone), ends.astimezone(zone))
    return spans


def _spans(intervals: list[Interval], local: datetime) -> list[tuple[datetime, datetime]]:
    """The times in which a merchant is open, from today on. Intervals that touch at midnight are one span."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (midnight + timedelta(days=number) for number in range(DAYS_AHEAD))
    found = sorted(
        (day + timedelta(minutes=each.opens), day + timedelta(minutes=each.closes))
        for day in days
        for each in intervals
        if each.weekday == day.isoweekday()
    )
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in found:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _without(
    spans: Iterable[tuple[datetime, datetime]], begins: datetime, ends: datetime
) -> list[tuple[datetime, datetime]]:
    """What is left of the spans outside a closure."""
    left = []
    for begin, end in spans:
        if begin < min(end, begins):
            left.append((begin, min(end, begins)))
        if max(begin, ends) < end:
            left.append((max(begin, ends), end))
    return left
