"""The roles that may use a view. Each view declares them, and they are checked before the rest of a request."""

from collections.abc import Callable
from typing import Any, TypeVar

from pedidos.domain.access import Identity, Role
from pedidos.http import problems
from pedidos.sentence import Sentence

View = TypeVar("View", bound=Callable[..., Any])

EVERY_ROLE = frozenset(Role)


def allow(*roles: Role, owner: bool = False) -> Callable[[View], View]:
    """Only accounts with one of these roles may use the view. owner: and no staff of a merchant."""
    return lambda view: _declare(view, frozenset(roles), owner=owner)


def signed_in(view: View) -> View:
    """Every account may use the view."""
    return _declare(view, EVERY_ROLE)


def public(view: View) -> View:
    """The view needs no credentials. If it takes an identity, that is None without credentials; wrong ones are
    refused."""
    return _declare(view, None)


def _declare(view: View, roles: frozenset[Role] | None, *, owner: bool = False) -> View:
    view.roles = roles  # type: ignore[attr-defined]
    view.owner = owner  # type: ignore[attr-defined]
    return view


def roles_of(view: Callable[..., Any]) -> frozenset[Role] | None:
    """The roles that may use the view; None if it is public. Raises TypeError if the view declares nothing."""
    try:
        roles: frozenset[Role] | None = view.roles  # type: ignore[attr-defined]
    except AttributeError:
        raise TypeError(f"{view.__name__} does not declare who may use it: @allow, @signed_in or @public.") from None
    return roles


def is_for_owners(view: Callable[..., Any]) -> bool:
    """Whether staff of a merchant may not use the view."""
    return bool(getattr(view, "owner", False))


def require(identity: Identity, roles: frozenset[Role], *, owner: bool = False) -> None:
    """Raises Forbidden unless the account has one of the roles. owner: and is no staff of a merchant."""
    if identity.role not in roles:
        allowed = ", ".join(sorted(roles))
        raise problems.Forbidden(
            Sentence("This requires one of these roles: {roles}. Yours is {role}.", roles=allowed, role=identity.role)
        )
    if owner and identity.staff:
        raise problems.Forbidden(Sentence("This is for the merchant's owner. Your account is one of its staff."))
