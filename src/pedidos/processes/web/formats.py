"""How money, times and dates are shown, in the language of the page."""

from datetime import datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency
from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup

CURRENCY = "BRL"


def install(app: Flask) -> None:
    """Adds the filters to the templates of the app."""
    app.jinja_env.filters.update(money=money, clock=clock, moment=moment, weekday=weekday)


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


def weekday(at: datetime) -> str:
    """The name of the day, such as Monday."""
    return format_date(at, "EEEE", locale=get_locale())


def _element(at: datetime, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), text)


def _zone(at: datetime) -> tzinfo:
    assert at.tzinfo is not None  # noqa: S101  # it was converted to a time zone
    return at.tzinfo
