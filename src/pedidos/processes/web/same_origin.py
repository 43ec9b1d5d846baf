"""Refuses requests that change something and that a page of another site may have sent (CSRF).

The browser says in Sec-Fetch-Site where a request comes from, and no page can set that header. A browser that does not
send it sends Origin with such requests (Fetch standard). So forms need no token.
"""

from flask import request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_foreign() -> bool:
    """Whether the current request would change something, and may not come from our own pages."""
    if request.method in SAFE_METHODS:
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site != "same-origin"
    return request.headers.get("Origin") != f"https://{request.host}"
