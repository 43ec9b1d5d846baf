"""The time zone in which a page shows times.

Times of a shop (its hours, its orders, its figures) are in the shop's zone, on the pages of its customers too: the view
hands `zone` to the template. All other times are in the zone of the reader's browser, which a script on every page
notes in a cookie; without the cookie they are in UTC. Such pages say which zone it is.
"""

from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import request

COOKIE = "__Host-zone"
UTC = "UTC"


def zone() -> str:
    """The IANA name of the zone of the reader's browser."""
    wanted = unquote(request.cookies.get(COOKIE, UTC))[:64]
    try:
        ZoneInfo(wanted)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the name is the browser's, and may be anything
        return UTC
    return wanted
