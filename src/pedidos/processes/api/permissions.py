"""Who may use which route: declared on the view, checked before anything else, listed for the documents."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, request

from pedidos.processes.api import problems
from pedidos.processes.api.request_context import exchange
from pedidos.processes.api.services import services
from pedidos.security.tokens import Identity, InvalidToken

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    CUSTOMER = "customer"
    MERCHANT = "merchant"
    OPERATOR = "operator"


EVERY_ROLE = frozenset(Role)

_INVALID_TOKEN = {"WWW-Authenticate": 'Bearer realm="pedidos", error="invalid_token"'}


def allow(*roles: Role) -> Callable[[View], View]:
    """Only somebody signed in with one of these roles may use the route."""
    return lambda view: _declare(view, frozenset(roles))


def signed_in(view: View) -> View:
    """Anybody who is signed in may use the route."""
    return _declare(view, EVERY_ROLE)


def public(view: View) -> View:
    """Anybody may use the route, without a token."""
    return _declare(view, None)


def _declare(view: View, roles: frozenset[Role] | None) -> View:
    view.roles = roles  # type: ignore[attr-defined]
    return view


def roles_of(view: Callable[..., Any]) -> frozenset[Role] | None:
    """The roles that may use the view, None for everybody. Raises TypeError when it was not declared."""
    try:
        roles: frozenset[Role] | None = view.roles  # type: ignore[attr-defined]
    except AttributeError:
        raise TypeError(f"{view.__name__} does not say who may use it: @allow, @signed_in or @public.") from None
    return roles


def authorise(roles: frozenset[Role]) -> Identity:
    """Who makes the current request; raises Unauthenticated or Forbidden."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise problems.Unauthenticated
    try:
        identity = services().verifier.verify(token)
    except InvalidToken as error:
        raise problems.Unauthenticated(str(error), headers=_INVALID_TOKEN) from error
    exchange().identity = identity
    if identity.role not in roles:
        raise problems.Forbidden(f"This is for {' and '.join(sorted(roles))} accounts; yours is {identity.role}.")
    return identity


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """roles None: everybody."""

    path: str
    method: str
    roles: frozenset[Role] | None


def permissions(app: Flask) -> list[Permission]:
    """Every route of the app with who may use it, by path. Raises TypeError for a view that does not say."""
    return sorted(
        Permission(rule.rule, method, roles_of(app.view_functions[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    )
