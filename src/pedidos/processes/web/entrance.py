"""Decides before each view whether the request may reach it."""

from urllib.parse import quote

from flask import Flask, Response, current_app, request

from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.http.context import HEALTH_CHECKS
from pedidos.http.roles import is_for_owners, require, roles_of
from pedidos.processes.web import same_origin, visitors
from pedidos.processes.web.account import sessions
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.errors import ForeignRequest
from pedidos.processes.web.services import services

ASSET = "asset"
"""The endpoint of files that pages load. They are the same for everyone."""

WITHOUT_SECOND_FACTOR = ("second_factor", "sign_in")
"""The blueprints whose pages an operator can use without the second factor that is required here."""


def install(app: Flask) -> None:
    """Call it after all views are registered. Raises TypeError if one does not declare who may see it."""
    for view in app.view_functions.values():
        roles_of(view)
    app.before_request(_admit)


def _without_second_factor(role: Role) -> Response | None:
    """Leads operators to the page on which they add the second factor that they need here."""
    needed = services().second_factor.needed_by(role) and not visitors.has_second_factor()
    if not needed or request.blueprint in WITHOUT_SECOND_FACTOR:
        return None
    if request.method != "GET" or "HX-Request" in request.headers:
        raise problems.SecondFactorMissing
    return redirect_within("/account/second-factor")


def _admit() -> Response | None:
    if request.path in HEALTH_CHECKS:
        return None
    if request.endpoint != ASSET:
        sessions.recognise()
    if visitors.current() is None:
        services().anonymous.count_current()
    if same_origin.is_foreign():
        raise ForeignRequest
    if request.endpoint in (None, ASSET):
        return None
    view = current_app.view_functions[str(request.endpoint)]
    roles = roles_of(view)
    visitor = visitors.current()
    if roles is None:
        return None
    if visitor is not None:
        require(visitor, roles, owner=is_for_owners(view))
        return _without_second_factor(visitor.role)
    # A page can be shown after the sign-in. What a form or a script asked for has to be asked for again.
    if request.method != "GET" or "HX-Request" in request.headers:
        raise problems.Unauthenticated
    return redirect_within(f"/sign-in?next={quote(request.full_path.rstrip('?'), safe='/')}")
