"""When a merchant is open."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.schedule import Closure, Interval, Opening, end_of_day, faults, is_open, opening_at

# 2026-11-24 is a Tuesday. São Paulo is three hours behind UTC all year, since 2019.
TUESDAY, WEDNESDAY = 2, 3
EVENING = [Interval(TUESDAY, 18 * 60, 24 * 60), Interval(WEDNESDAY, 0, 2 * 60)]


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [
        ("2026-11-24T17:59:59.999999-03:00", False),
        ("2026-11-24T18:00:00-03:00", True),
        ("2026-11-24T23:59:59.999999-03:00", True),
        ("2026-11-25T00:00:00-03:00", True),
        ("2026-11-25T01:59:59.999999-03:00", True),
        ("2026-11-25T02:00:00-03:00", False),
        ("2026-11-25T18:00:00-03:00", False),
        ("2026-11-24T21:00:00+00:00", True),
        ("2026-11-24T18:00:00+00:00", False),
        ("2026-11-25T06:00:00+09:00", True),
    ],
)
def test_open_from_until_just_before_also_across_midnight(moment: str, open_then: bool) -> None:
    assert is_open(EVENING, "America/Sao_Paulo", datetime.fromisoformat(moment)) is open_then


def test_a_day_is_the_merchants_own() -> None:
    """Sunday 23:00 in Manaus is Monday in São Paulo already."""
    sunday = [Interval(7, 0, 1440)]
    moment = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
    assert is_open(sunday, "America/Manaus", moment)
    assert not is_open(sunday, "America/Sao_Paulo", moment)


def test_local_time_decides_on_a_day_when_clocks_change() -> None:
    """On 2026-10-25 in Lisbon 01:30 comes twice, an hour apart; both are within 01:00 to 02:00."""
    night = [Interval(7, 60, 120)]
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert is_open(night, "Europe/Lisbon", first)
    assert is_open(night, "Europe/Lisbon", first + timedelta(hours=1))
    assert not is_open(night, "Europe/Lisbon", first + timedelta(hours=2))


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds


@given(moments, st.sampled_from(["America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Kiritimati", "Europe/Lisbon"]))
def test_always_open_never_closes_and_without_hours_never_opens(moment: datetime, zone: str) -> None:
    assert is_open([Interval(weekday, 0, 1440) for weekday in range(1, 8)], zone, moment)
    assert not is_open([], zone, moment)


@given(moments, st.integers(1, 7), st.integers(0, 1439), st.integers(1, 1440))
def test_hours_are_minutes_of_the_local_day(moment: datetime, weekday: int, opens: int, closes: int) -> None:
    local = moment.astimezone(zoneinfo.ZoneInfo("America/Sao_Paulo"))
    since_midnight = local - local.replace(hour=0, minute=0, second=0, microsecond=0)
    expected = local.isoweekday() == weekday and (
        timedelta(minutes=opens) <= since_midnight < timedelta(minutes=closes)
    )
    assert is_open([Interval(weekday, opens, closes)], "America/Sao_Paulo", moment) is expected


ZONE = "America/Sao_Paulo"


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-24T17:00:00-03:00", (False, "2026-11-24T18:00:00-03:00")),
        ("2026-11-24T18:00:00-03:00", (True, "2026-11-25T02:00:00-03:00")),
        ("2026-11-25T01:59:59-03:00", (True, "2026-11-25T02:00:00-03:00")),
        ("2026-11-25T02:00:00-03:00", (False, "2026-12-01T18:00:00-03:00")),
        ("2026-11-24T20:59:59+00:00", (False, "2026-11-24T18:00:00-03:00")),
    ],
)
def test_the_next_change_is_in_the_merchants_time_also_across_midnight(moment: str, opening: tuple[bool, str]) -> None:
    found = opening_at(EVENING, ZONE, datetime.fromisoformat(moment))
    assert found == Opening(opening[0], datetime.fromisoformat(opening[1]))
    assert found.until is not None
    assert str(found.until.tzinfo) == ZONE


def test_some_merchants_never_close_and_some_never_open() -> None:
    always = [Interval(weekday, 0, 1440) for weekday in range(1, 8)]
    for hour in range(24):
        moment = datetime(2026, 11, 24, hour, 30, tzinfo=UTC)
        assert opening_at(always, ZONE, moment) == Opening(True, None)
        assert opening_at([], ZONE, moment) == Opening(False, None)


@given(
    st.lists(st.tuples(st.integers(1, 7), st.integers(0, 1438), st.integers(1, 1440)), max_size=6),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # of hypothesis
)
def test_it_agrees_with_is_open_now_and_at_the_change(hours: list[tuple[int, int, int]], moment: datetime) -> None:
    intervals = [Interval(day, opens, max(closes, opens + 1)) for day, opens, closes in hours]
    found = opening_at(intervals, ZONE, moment)
    assert found.is_open is is_open(intervals, ZONE, moment)
    if found.until is not None:
        assert is_open(intervals, ZONE, found.until) is not found.is_open
        assert is_open(intervals, ZONE, found.until - timedelta(minutes=1)) is found.is_open or (
            found.until - moment < timedelta(minutes=1)
        )


@given(
    st.lists(st.tuples(st.integers(1, 7), st.integers(0, 1438), st.integers(1, 1440)), max_size=6),
    st.lists(st.tuples(st.integers(-3000, 12_000), st.integers(1, 5000)), max_size=3),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # of hypothesis
)
def test_closures_come_before_the_hours(
    hours: list[tuple[int, int, int]], closed: list[tuple[int, int]], moment: datetime
) -> None:
    intervals = [Interval(day, opens, max(closes, opens + 1)) for day, opens, closes in hours]
    closures = [
        Closure(moment + timedelta(minutes=begins), moment + timedelta(minutes=begins + length))
        for begins, length in closed
    ]
    found = opening_at(intervals, ZONE, moment, closures)
    assert found.is_open is is_open(intervals, ZONE, moment, closures)
    if found.until is not None:
        assert is_open(intervals, ZONE, found.until, closures) is not found.is_open
        minute = timedelta(minutes=1)
        for number in range(1, (found.until - moment) // minute, 7):
            assert is_open(intervals, ZONE, moment + number * minute, closures) is found.is_open


def test_a_closure_ends_just_before_its_end() -> None:
    always = [Interval(weekday, 0, 1440) for weekday in range(1, 8)]
    begins, ends = datetime(2026, 12, 24, 15, tzinfo=UTC), datetime(2026, 12, 26, 3, tzinfo=UTC)
    closures = [Closure(begins, ends)]
    instant = timedelta(microseconds=1)
    moments = [begins - instant, begins, ends - instant, ends]
    assert [is_open(always, ZONE, moment, closures) for moment in moments] == [True, False, False, True]
    assert opening_at(always, ZONE, begins, closures) == Opening(False, ends)
    assert opening_at(always, ZONE, begins - timedelta(hours=1), closures) == Opening(True, begins)


def test_hours_that_end_before_they_begin_or_overlap_are_faults() -> None:
    right = [Interval(TUESDAY, 0, 60), Interval(TUESDAY, 60, 120), Interval(WEDNESDAY, 30, 90)]
    assert faults(right) == []
    assert [(each.position, each.part) for each in faults([*right, Interval(TUESDAY, 119, 130)])] == [(3, "opens")]
    assert [(each.position, each.part) for each in faults([Interval(TUESDAY, 60, 60)])] == [(0, "closes")]


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("2026-11-24T15:00:00-03:00", "2026-11-25T02:00:00-03:00"),
        ("2026-11-24T23:59:59.999999-03:00", "2026-11-25T02:00:00-03:00"),
        ("2026-11-25T00:00:00-03:00", "2026-11-25T02:00:00-03:00"),
        ("2026-11-25T01:59:59.999999-03:00", "2026-11-25T02:00:00-03:00"),
        ("2026-11-25T02:00:00-03:00", "2026-11-26T00:00:00-03:00"),
        ("2026-11-27T02:59:59+00:00", "2026-11-27T00:00:00-03:00"),
        ("2026-11-27T03:00:00+00:00", "2026-11-28T00:00:00-03:00"),
    ],
)
def test_a_day_ends_at_midnight_or_when_the_shop_that_is_open_then_closes(moment: str, ends: str) -> None:
    at = datetime.fromisoformat(moment)
    assert end_of_day(EVENING, "America/Sao_Paulo", at) == datetime.fromisoformat(ends)


def test_a_night_that_is_closed_for_a_holiday_ends_the_day_at_midnight() -> None:
    at = datetime.fromisoformat("2026-11-24T20:00:00-03:00")
    closed = Closure(at + timedelta(hours=1), at + timedelta(days=1))
    assert end_of_day(EVENING, "America/Sao_Paulo", at, [closed]) == datetime.fromisoformat("2026-11-25T00:00:00-03:00")


@given(moments, st.sampled_from(["America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Kiritimati", "Europe/Lisbon"]))
def test_the_day_of_a_shop_that_never_closes_ends_at_the_next_midnight(moment: datetime, zone: str) -> None:
    always = [Interval(weekday, 0, 1440) for weekday in range(1, 8)]
    for hours in (always, []):
        ends = end_of_day(hours, zone, moment)
        local = ends.astimezone(zoneinfo.ZoneInfo(zone))
        assert (local.hour, local.minute) == (0, 0)
        assert timedelta(0) < ends.astimezone(UTC) - moment <= timedelta(hours=25)
