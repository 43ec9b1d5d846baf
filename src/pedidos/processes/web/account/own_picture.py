"""The visitor's own picture: giving one, and removing it. Both can be sent twice."""

from flask import Blueprint, Response

from pedidos.domain.access import Role
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web import visitors
from pedidos.processes.web.account import overview
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.sent_picture import FIELD, sent_picture
from pedidos.processes.web.services import services
from pedidos.storage.accounts import pictures

pages = Blueprint("own_picture", __name__)


@pages.post("/account/picture")
@allow(Role.CUSTOMER)
def give() -> Response:
    """Gives the account the picture of the form, in place of the one it had."""
    sent = sent_picture()
    if isinstance(sent, str):
        return overview.page(errors={FIELD: sent}, status=422)
    pictures.set_picture(services().engine, visitors.identity().account_id, sent, who())
    return redirect_within("/account#picture")


@pages.post("/account/picture/remove")
@allow(Role.CUSTOMER)
def remove() -> Response:
    """Removes the picture. One that is gone already is no error: another tab has removed it."""
    pictures.remove_picture(services().engine, visitors.identity().account_id, who())
    return redirect_within("/account#picture")
