"""For when an order can be placed for later, and when it begins."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pedidos.domain.schedule import Closure, Interval
from pedidos.domain.scheduling import FARTHEST, LEAD, Schedule, scheduled
from pedidos.sentence import Sentence

ZONE = "America/Sao_Paulo"
NOW = datetime(2026, 11, 30, 15, tzinfo=ZoneInfo(ZONE))  # a Monday
HOURS = [Interval(weekday, 12 * 60, 22 * 60) for weekday in range(1, 8)]
HOLIDAY = Closure(NOW + timedelta(days=2, hours=-4), NOW + timedelta(days=2, hours=4))


def of(at: datetime, hours: list[Interval] = HOURS) -> Schedule | Sentence:
    return scheduled(at, NOW, hours, ZONE, [HOLIDAY])


@pytest.mark.parametrize(
    ("at", "release_at"),
    [
        (NOW + LEAD, NOW),
        (NOW + timedelta(hours=3), NOW + timedelta(hours=3) - LEAD),
        (NOW + timedelta(days=1), NOW + timedelta(days=1) - LEAD),
        # Not before the merchant opens.
        (NOW + timedelta(hours=21, minutes=10), NOW + timedelta(hours=21)),
        (NOW + timedelta(hours=21), NOW + timedelta(hours=21)),
        (NOW + FARTHEST, NOW + FARTHEST - LEAD),
    ],
)
def test_it_is_released_in_time_and_while_its_merchant_is_open(at: datetime, release_at: datetime) -> None:
    assert of(at) == Schedule(at, release_at)


@pytest.mark.parametrize(
    "at",
    [
        NOW - timedelta(days=1),
        NOW + LEAD - timedelta(seconds=1),
        NOW + timedelta(hours=7),  # closed from this minute on
        NOW + timedelta(hours=20),
        NOW + timedelta(days=2),  # a holiday
        NOW + FARTHEST + timedelta(minutes=1),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(at: datetime) -> None:
    assert isinstance(of(at), Sentence)


def test_a_merchant_without_hours_is_never_open() -> None:
    assert isinstance(of(NOW + timedelta(hours=3), []), Sentence)
