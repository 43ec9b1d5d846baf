"""Options that several commands share."""

from datetime import UTC, datetime, timedelta

import typer

from pedidos.cli.language import phrase

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
MOMENTS = "30m, 12h, 7d (ago) or an ISO 8601 date"
"""The forms of a point in time, for help texts."""


def moment(text: str) -> datetime:
    """The parser of an option for a point in time, in one of the forms of MOMENTS. Raises typer.BadParameter, to which
    typer adds the name of the option."""
    try:
        if text[-1:] in UNITS and text[:-1].isdecimal():
            return datetime.now(UTC) - timedelta(**{UNITS[text[-1]]: int(text[:-1])})
        return instant(text)
    except (ValueError, OverflowError):  # OverflowError: earlier than Python's first date
        raise typer.BadParameter(
            phrase("{text} is not a time. Give 30m, 12h, 7d (ago) or an ISO 8601 date.", text=text)
        ) from None


def instant(text: str) -> datetime:
    """Parses an ISO 8601 date or time; without an offset, it is of this machine's time zone. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.astimezone()
