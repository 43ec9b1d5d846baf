"""Every route with the roles that may use it, for the documents and the tests."""

from dataclasses import dataclass

from flask import Flask

from pedidos.domain.access import Role
from pedidos.http.roles import roles_of


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """roles: None if the route is public."""

    path: str
    method: str
    roles: frozenset[Role] | None


def permissions(app: Flask) -> list[Permission]:
    """Every route of the app, by path. Raises TypeError for a view that declares no roles."""
    return sorted(
        Permission(rule.rule, method, roles_of(app.view_functions[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    )
