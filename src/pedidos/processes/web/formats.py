"""How money, times and dates are shown, in the language of the page."""

from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit
from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup

CURRENCY = "BRL"


def install(app: Flask) -> None:
    """Adds the filters to the templates of the app."""
    filters = (money, number, clock, moment, weekday, instant, time_of, lasting, minutes, duration, long_day)
    app.jinja_env.filters.update({each.__name__: each for each in filters})


def money(cents: int) -> str:
    """An amount, such as R$ 64,00."""
    return format_currency(Decimal(cents) / 100, CURRENCY, locale=get_locale())


def clock(at: datetime, zone: str) -> Markup:
    """The time of day in a time zone (IANA), such as 12:01, as a time element."""
    local = at.astimezone(ZoneInfo(zone))
    return _element(at, format_time(local, "short", tzinfo=_zone(local), locale=get_locale()))


def moment(at: datetime, zone: str) -> Markup:
    """The date and the time of day in a time zone (IANA), such as 3 Nov, 12:01, as a time element."""
    local = at.astimezone(ZoneInfo(zone))
    day = format_skeleton("MMMd", local, tzinfo=_zone(local), locale=get_locale())
    return _element(at, f"{day}, {format_time(local, 'short', tzinfo=_zone(local), locale=get_locale())}")


def instant(at: datetime, zone: str) -> Markup:
    """The time of day to the second in a time zone (IANA), such as 12:01:30; with the date if that is not today's."""
    local = at.astimezone(ZoneInfo(zone))
    text = format_time(local, "HH:mm:ss", tzinfo=_zone(local), locale=get_locale())
    if local.date() != datetime.now(local.tzinfo).date():
        text = f"{format_skeleton('MMMd', local, tzinfo=_zone(local), locale=get_locale())}, {text}"
    return _element(at, text)


def time_of(seconds: float) -> datetime:
    """The moment that is this many seconds after the epoch."""
    return datetime.fromtimestamp(seconds, UTC)


def number(value: float, digits: int = 0) -> str:
    """A number such as 48,211, or 8.2 with a digit behind the point."""
    return format_decimal(
        round(value, digits), format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=get_locale()
    )


def lasting(seconds: float) -> str:
    """A duration in its largest unit, such as 41 ms, 8.2 s, 2 min, 3 h or 5 d. The units have no plural."""
    for limit, unit, size, digits in _UNITS:
        if abs(seconds) < limit:
            return f"{number(seconds / size, digits)} {unit}"
    return f"{number(seconds / 86400)} d"


_UNITS = (
    (1.0, "ms", 0.001, 0),
    (10.0, "s", 1.0, 1),
    (120.0, "s", 1.0, 0),
    (7200.0, "min", 60.0, 0),
    (172800.0, "h", 3600.0, 0),
)
"""Up to how many seconds a unit is used, its symbol, its seconds, and the digits behind the point."""


def weekday(at: datetime) -> str:
    """The name of the day, such as Monday."""
    return format_date(at, "EEEE", locale=get_locale())


def minutes(length: timedelta) -> str:
    """A length of time in whole minutes, such as 4 min."""
    return format_unit(max(0, length // timedelta(minutes=1)), "duration-minute", "short", locale=get_locale())


def duration(length_minutes: int) -> str:
    """A length of time in words, such as 2 hours."""
    return format_timedelta(timedelta(minutes=length_minutes), threshold=1, locale=get_locale())


def long_day(at: datetime, zone: str) -> str:
    """The day in a time zone (IANA), such as Sunday, November 29, 2026."""
    return format_date(at.astimezone(ZoneInfo(zone)), "full", locale=get_locale())


def _element(at: datetime, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), text)


def _zone(at: datetime) -> tzinfo:
    assert at.tzinfo is not None  # noqa: S101  # it was converted to a time zone
    return at.tzinfo
