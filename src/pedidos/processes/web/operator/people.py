"""The operators: who they are, and inviting another one."""

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
from pedidos.processes.web.services import services
from pedidos.security import mail_links
from pedidos.storage.merchants import people

pages = Blueprint("operator_people", __name__, url_prefix="/operator/people")


@pages.get("")
@allow(Role.OPERATOR)
def overview() -> Response:
    """Who they are."""
    return _page(done=request.args.get("done") == "invited")


@pages.post("")
@allow(Role.OPERATOR)
@limited
def invite() -> Response:
    """Invites somebody, or shows the form again with what is wrong."""

    def work(person: Invited) -> object:
        link = mail_links.new(services().account_keys, languages.chosen())
        return people.invite_operator(services().engine, person.email, person.name, link, who())

    given, errors = invited(request.form, work)
    return _page(given, errors, status=422) if errors else redirect_within("/operator/people?done=invited")


def _page(
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    done: bool = False,
    status: int = 200,
) -> Response:
    said = _("A message with a link is on its way. The account works once its reader has chosen a password.")
    text = render_template(
        "operator/people.html",
        people=people.operators(services().engine),
        given=given or {},
        errors=errors or {},
        done=said if done else "",
        mailbox=demo.is_offered(),
    )
    return make_response(text, status)
