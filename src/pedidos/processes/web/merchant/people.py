"""The people of a shop: its owner invites and removes its staff and its couriers."""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from pedidos.domain.access import Role
from pedidos.http.acting import who
from pedidos.http.limits import limited
from pedidos.http.roles import allow
from pedidos.processes.web import languages
from pedidos.processes.web.account import demo
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.inviting import Invited, invited
from pedidos.processes.web.merchant import own
from pedidos.processes.web.services import services
from pedidos.security import mail_links
from pedidos.storage.merchants import people

pages = Blueprint("people", __name__, url_prefix="/people")


@pages.get("")
@allow(Role.MERCHANT, owner=True)
def overview() -> Response:
    """Who works here."""
    return _page(done=request.args.get("done", ""))


@pages.post("")
@allow(Role.MERCHANT, owner=True)
@limited
def invite() -> Response:
    """Invites somebody, or shows the form again with what is wrong."""

    def work(person: Invited) -> object:
        link = mail_links.new(services().account_keys, languages.chosen())
        invite = people.invite_courier if person.courier else people.invite_staff
        return invite(services().engine, own.merchant_id(), person.email, person.name, link, who())

    given, errors = invited(request.form, work)
    return _page(given, errors, status=422) if errors else redirect_within("/people?done=invited")


@pages.post("/<uuid:account_id>/remove")
@allow(Role.MERCHANT, owner=True)
def remove(account_id: UUID) -> Response:
    """Ends an account of the staff, or of a courier. One that is gone is no error: another tab has removed it."""
    people.remove(services().engine, own.merchant_id(), account_id, who())
    return redirect_within("/people?done=removed")


def _page(
    given: dict[str, str] | None = None, errors: dict[str, str] | None = None, *, done: str = "", status: int = 200
) -> Response:
    said = {
        "invited": _("A message with a link is on its way. The account works once its reader has chosen a password."),
        "removed": _("The account can no longer sign in."),
    }
    text = render_template(
        "merchant/people.html",
        people=people.of_merchant(services().engine, own.merchant_id()),
        given=given or {},
        errors=errors or {},
        done=said.get(done, ""),
        mailbox=demo.is_offered(),
    )
    return make_response(text, status)
