"""Numbers that people enter, written as in the language of the page: prices and units."""

import re
from decimal import Decimal

from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from flask_babel import get_locale

from pedidos.http.fields import MAX_PRICE_CENTS, MAX_UNITS

_AMOUNT = re.compile(r"[0-9.,]{1,20}")
_WHOLE = re.compile(r"[0-9]{1,20}")


def cents(text: str, least: int = 1, most: int = MAX_PRICE_CENTS) -> int | None:
    """The price, such as 49.90 (in Portuguese 49,90), in cents; None if it is none, or outside of the limits, which are
    those of a product's price."""
    text = text.strip()
    if not _AMOUNT.fullmatch(text):
        return None
    try:
        amount = parse_decimal(text, locale=get_locale(), strict=True) * 100
    except NumberFormatError:
        return None
    return int(amount) if amount == amount.to_integral_value() and least <= amount <= most else None


def price_text(price_cents: int) -> str:
    """The price as `cents` reads it, for a field of a form."""
    return format_decimal(Decimal(price_cents) / 100, "0.00", locale=get_locale())


def units(text: str, least: int) -> int | None:
    """A whole number of units, at least `least`; None if it is none, or too large."""
    text = text.strip()
    if not _WHOLE.fullmatch(text):
        return None
    number = int(text)
    return number if least <= number <= MAX_UNITS else None
