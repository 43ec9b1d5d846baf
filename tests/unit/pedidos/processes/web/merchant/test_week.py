"""The form of a week's opening hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.schedule import Interval, faults
from pedidos.processes.web.merchant import week


def form(*pairs: tuple[int, int, str, str]) -> dict[str, str]:
    """weekday, number of the pair, opens, closes."""
    fields: dict[str, str] = {}
    for weekday, number, opens, closes in pairs:
        fields |= {f"opens-{weekday}-{number}": opens, f"closes-{weekday}-{number}": closes}
    return fields


def test_pairs_become_hours_and_empty_ones_none() -> None:
    found = week.read(form((1, 0, "09:00", "14:00"), (1, 1, "", ""), (1, 2, "18:30", "00:00")))
    assert found == [Interval(1, 540, 840), Interval(1, 1110, 1440)]
    assert week.read({}) == []


def test_hours_after_midnight_belong_to_the_next_day_also_on_a_sunday() -> None:
    assert week.read(form((7, 0, "18:00", "02:00"))) == [Interval(7, 1080, 1440), Interval(1, 0, 120)]
    assert week.read(form((3, 0, "00:00", "00:00"))) == [Interval(3, 0, 1440)]


@pytest.mark.parametrize("time", ["", "9:00", "24:00", "09:60", "x", "²²:00", "9" * 10_000, "<b>", "09:00:00"])
def test_a_pair_that_is_half_or_no_time_is_refused_with_its_day(time: str) -> None:
    with pytest.raises(week.Unreadable) as error:
        week.read(form((4, 0, "09:00", "10:00"), (5, 0, "12:00", time)))
    assert error.value.weekday == 5


def test_hours_that_overlap_are_refused_with_the_day_that_was_entered() -> None:
    with pytest.raises(week.Unreadable) as error:
        week.read(form((1, 0, "01:00", "03:00"), (7, 0, "20:00", "02:00")))
    assert error.value.weekday in (1, 7)


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(0, 1439), st.integers(1, 1440)), max_size=12))
def test_what_is_shown_is_read_as_what_it_was(hours: list[tuple[int, int, int]]) -> None:
    intervals = [Interval(day, opens, max(closes, opens + 1)) for day, opens, closes in hours]
    if faults(intervals):
        return
    fields = week.fields(intervals)
    sent = form(*((day, n, *pair) for day, pairs in fields.items() for n, pair in enumerate(pairs)))
    assert week.read(sent) == sorted(intervals)
    assert {day: [*pairs] for day, pairs in week.given(sent).items()} == fields
