"""Who looks at the page: the account of the session in the cookie."""

from typing import cast

from flask import g

from pedidos.domain.access import Identity
from pedidos.http import problems
from pedidos.http.wsgi import current as request_context


def remember(identity: Identity, *, second_factor: bool) -> None:
    """Notes who the current request is from. second_factor: whether the account has one."""
    g.visitor = identity
    g.second_factor = second_factor
    request_context().identity = identity


def current() -> Identity | None:
    """Who the current request is from; None if they are not signed in."""
    return cast(Identity | None, g.get("visitor"))


def has_second_factor() -> bool:
    """Whether the account of the current request has a second factor."""
    return cast(bool, g.get("second_factor", False))


def identity() -> Identity:
    """Who the current request is from. Raises Unauthenticated if they are not signed in."""
    found = current()
    if found is None:
        raise problems.Unauthenticated
    return found
