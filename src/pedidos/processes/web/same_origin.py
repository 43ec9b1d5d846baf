"""Refuses requests that change something and that a page of another site may have sent (CSRF).

The browser says in Sec-Fetch-Site where a request comes from, and no page can set that header. A browser that does not
send it sends Origin with such requests (Fetch standard). So forms need no token.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., Any])


def from_anywhere(view: View) -> View:
    """Requests from anywhere may use the view: they need a secret that no page of another site has, and no cookie."""
    view.from_anywhere = True  # type: ignore[attr-defined]
    return view


def is_foreign() -> bool:
    """Whether the current request would change something, and may not come from our own pages."""
    if request.method in SAFE_METHODS or hasattr(_view(), "from_anywhere"):
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site != "same-origin"
    return request.headers.get("Origin") != f"https://{request.host}"


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(str(request.endpoint))
