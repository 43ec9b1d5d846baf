"""The roles that may use a view. Each view declares them, and they are checked before the rest of a request."""

from collections.abc import Callable
from typing import Any, TypeVar

from pedidos.domain.access import Identity, Role
from pedidos.http import problems
from pedidos.sentence import Sentence

View = TypeVar("View", bound=Callable[..., Any])

EVERY_ROLE = frozenset(Role)


def allow(*roles: Role) -> Callable[[View], View]:
    """Only accounts with one of these roles may use the view."""
    return lambda view: _declare(view, frozenset(roles))


def signed_in(view: View) -> View:
    """Every account may use the view."""
    return _declare(view, EVERY_ROLE)


def public(view: View) -> View:
    """The view needs no credentials. If it takes an identity, that is None without credentials; wrong ones are
    refused."""
    return _declare(view, None)


def _declare(view: View, roles: frozenset[Role] | None) -> View:
    view.roles = roles  # type: ignore[attr-defined]
    return view


def roles_of(view: Callable[..., Any]) -> frozenset[Role] | None:
    """The roles that may use the view; None if it is public. Raises TypeError if the view declares nothing."""
    try:
        roles: frozenset[Role] | None = view.roles  # type: ignore[attr-defined]
    except AttributeError:
        raise TypeError(f"{view.__name__} does not declare who may use it: @allow, @signed_in or @public.") from None
    return roles


def require(identity: Identity, roles: frozenset[Role]) -> None:
    """Raises Forbidden unless the account has one of the roles."""
    if identity.role not in roles:
        allowed = ", ".join(sorted(roles))
        raise problems.Forbidden(
            Sentence("This requires one of these roles: {roles}. Yours is {role}.", roles=allowed, role=identity.role)
        )
