"""Every route with the roles that may use it, for the documents and the tests."""

from dataclasses import dataclass
from typing import get_type_hints

from flask import Flask

from pedidos.domain.access import Role
from pedidos.http.roles import roles_of
from pedidos.processes.live.app import STREAMS


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """roles: None if the route is public. recognises: whether the answer depends on who asks."""

    path: str
    method: str
    roles: frozenset[Role] | None
    recognises: bool


def stream_permissions() -> list[Permission]:
    """The live streams, by path."""
    return sorted(Permission(path, "GET", roles_of(view), recognises=False) for path, view in STREAMS.items())


def permissions(app: Flask) -> list[Permission]:
    """Every route of the app, by path. Raises TypeError for a view that declares no roles."""
    return sorted(
        Permission(rule.rule, method, roles_of(view), recognises="identity" in get_type_hints(view))
        for rule in app.url_map.iter_rules()
        for view in [app.view_functions[rule.endpoint]]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    )
