"""Redirects that never leave this site."""

import re

from flask import Response

_WITHIN = re.compile(r"/(?![/\\])[!-~]{0,500}")
"""A path with a query: one slash at the beginning, and only visible ASCII. Browsers read // and /\\ as another host."""


def is_within(address: str) -> bool:
    """Whether the address is a path on this site."""
    return _WITHIN.fullmatch(address) is not None


def redirect_within(address: str) -> Response:
    """303 to a path on this site; to the first page if the address leads elsewhere."""
    return Response(status=303, headers={"Location": address if is_within(address) else "/"})
