"""The form of a week's opening hours: per day pairs of times, read and written.

Hours that end after midnight are two intervals: the second one belongs to the next day.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.domain.schedule import Interval, faults
from pedidos.errors import PedidosError

MINUTES = 24 * 60
MOST_PAIRS = 10
"""Of a day, as in the API."""

DAYS: Mapping[int, LazyString] = MappingProxyType(
    {
        1: _("Monday"),
        2: _("Tuesday"),
        3: _("Wednesday"),
        4: _("Thursday"),
        5: _("Friday"),
        6: _("Saturday"),
        7: _("Sunday"),
    }
)
"""By the number of ISO 8601."""

Pairs = Sequence[tuple[str, str]]


class Unreadable(PedidosError):
    """The hours of a day cannot be stored. overlap: two of them overlap; otherwise a time is missing or is none."""

    def __init__(self, weekday: int, *, overlap: bool) -> None:
        super().__init__(f"The hours of day {weekday} cannot be stored.")
        self.weekday = weekday
        self._overlap = overlap

    def said(self) -> str:
        """For the reader."""
        if self._overlap:
            return gettext("Two times of this day overlap, perhaps with hours that go on after midnight.")
        return gettext("Enter both times, such as 09:00 and 18:00, or none.")


def fields(hours: Iterable[Interval]) -> dict[int, Pairs]:
    """What the form contains for these hours: one more pair for each day, which is empty."""
    sorted_hours = sorted(hours)
    return {
        weekday: [
            *((_clock(each.opens), _clock(each.closes % MINUTES)) for each in sorted_hours if each.weekday == weekday),
            ("", ""),
        ]
        for weekday in DAYS
    }


def given(form: Mapping[str, str]) -> dict[int, Pairs]:
    """What a form contained, to show it again."""
    return {weekday: [*_pairs(form, weekday), ("", "")] for weekday in DAYS}


def read(form: Mapping[str, str]) -> list[Interval]:
    """The hours in a form. Raises Unreadable."""
    found: list[tuple[Interval, int]] = []
    for weekday in DAYS:
        for opens_text, closes_text in _pairs(form, weekday):
            opens, closes = _minutes(opens_text), _minutes(closes_text)
            if opens is None or closes is None:
                raise Unreadable(weekday, overlap=False)
            if opens < closes:
                found.append((Interval(weekday, opens, closes), weekday))
            else:
                found.append((Interval(weekday, opens, MINUTES), weekday))
                if closes > 0:
                    found.append((Interval(weekday % 7 + 1, 0, closes), weekday))
    wrong = faults(interval for interval, _ in found)
    if wrong:
        raise Unreadable(found[wrong[0].position][1], overlap=True)
    return [interval for interval, _ in found]


def written(hours: Iterable[Interval]) -> str:
    """The hours as one text, to notice whether they have changed."""
    return " ".join(f"{each.weekday}:{each.opens}-{each.closes}" for each in sorted(hours))


def _pairs(form: Mapping[str, str], weekday: int) -> list[tuple[str, str]]:
    """The pairs of a day that are not empty. Longer texts than a time has are truncated: they are none."""
    found = (
        (form.get(f"opens-{weekday}-{n}", "")[:9], form.get(f"closes-{weekday}-{n}", "")[:9])
        for n in range(MOST_PAIRS + 1)
    )
    return [pair for pair in found if any(pair)]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes(text: str) -> int | None:
    """Minutes since midnight of a time such as 09:30; None if it is none."""
    hours, colon, minutes = text.partition(":")
    if not (colon and text.isascii() and len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal()):
        return None
    return int(hours) * 60 + int(minutes) if int(hours) < 24 and int(minutes) < 60 else None
