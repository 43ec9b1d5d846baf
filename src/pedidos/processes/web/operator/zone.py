"""The time zone of an operator's browser, which a script notes in a cookie.

An operator has no shop whose zone it could be. The cookie is there from the sign-in page on. Without it, times are in
UTC, and each page says so.
"""

from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import request

COOKIE = "__Host-zone"
UTC = "UTC"


def zone() -> str:
    """The IANA name of the zone in which the current page shows times."""
    wanted = unquote(request.cookies.get(COOKIE, UTC))[:64]
    try:
        ZoneInfo(wanted)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the name is the browser's, and may be anything
        return UTC
    return wanted


def with_zone() -> dict[str, str]:
    """For the context of a blueprint's templates."""
    return {"zone": zone()}
