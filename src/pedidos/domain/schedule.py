"""Decides when a merchant is open."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Interval(NamedTuple):
    """Open from `opens` until just before `closes`: minutes since local midnight, on an ISO weekday (Monday is 1)."""

    weekday: int
    opens: int
    closes: int


def is_open(intervals: Iterable[Interval], time_zone: str, at: datetime) -> bool:
    """Whether a merchant with these hours is open at this moment. Without hours it never is."""
    local = at.astimezone(ZoneInfo(time_zone))
    minute = local.hour * 60 + local.minute
    return any(i.weekday == local.isoweekday() and i.opens <= minute < i.closes for i in intervals)


class Opening(NamedTuple):
    """Whether a merchant is open, and the moment at which that changes, in its time zone; None if it never does."""

    is_open: bool
    until: datetime | None


DAYS_AHEAD = 8
"""Days that are looked at: today, and each weekday once more."""


def opening_at(intervals: Iterable[Interval], time_zone: str, at: datetime) -> Opening:
    """Whether a merchant with these hours is open at this moment, and until when."""
    local = at.astimezone(ZoneInfo(time_zone))
    spans = _spans(list(intervals), local)
    now = next((span for span in spans if span[0] <= local < span[1]), None)
    if now is None:
        return Opening(False, min((begin for begin, _ in spans if begin > local), default=None))
    end = now[1]
    return Opening(True, None if (end - local).days >= DAYS_AHEAD - 1 else end)


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
