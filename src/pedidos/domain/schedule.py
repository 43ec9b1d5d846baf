"""Decides when a merchant is open."""

from collections.abc import Iterable
from datetime import datetime
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
