"""Ends sessions of the visitor: one, or all but this one."""

from uuid import UUID

from flask import Blueprint, Response

from pedidos.http.acting import who
from pedidos.http.roles import signed_in
from pedidos.processes.web import visitors
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.services import services
from pedidos.storage.accounts import sessions

pages = Blueprint("own_sessions", __name__)


@pages.post("/account/sessions/<uuid:session_id>/end")
@signed_in
def end(session_id: UUID) -> Response:
    """Ends a session of the visitor. Sent twice, or for a session that has ended already, it changes nothing."""
    sessions.end_own(services().engine, visitors.identity().account_id, session_id, who())
    return redirect_within("/account?done=session")


@pages.post("/account/sessions/end-others")
@signed_in
def end_others() -> Response:
    """Ends all but this one."""
    sessions.end_others(services().engine, visitors.identity().account_id, who())
    return redirect_within("/account?done=others")
