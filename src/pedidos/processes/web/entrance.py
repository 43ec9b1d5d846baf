"""Decides before each view whether the request may reach it."""

from flask import Flask, request

from pedidos.http.context import HEALTH_CHECKS
from pedidos.http.roles import roles_of
from pedidos.processes.web import same_origin
from pedidos.processes.web.errors import ForeignRequest
from pedidos.processes.web.services import services


def install(app: Flask) -> None:
    """Call it after all views are registered. Raises TypeError if one does not declare who may see it."""
    for view in app.view_functions.values():
        roles_of(view)
    app.before_request(_admit)


def _admit() -> None:
    # Every page is for visitors without an account so far.
    if request.path not in HEALTH_CHECKS:
        services().anonymous.count_current()
    if same_origin.is_foreign():
        raise ForeignRequest
