"""Your account: who you are here, where you are signed in, your password, and what is stored about you."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.domain.access import Role
from pedidos.domain.picture import Shown
from pedidos.http import picture_addresses, problems
from pedidos.http.roles import signed_in
from pedidos.http.second_factor import ROLES
from pedidos.processes.web import visitors
from pedidos.processes.web.account import demo
from pedidos.processes.web.account.devices import name_of
from pedidos.processes.web.services import services
from pedidos.storage.accounts import accounts, pictures, sessions
from pedidos.storage.accounts.accounts import Account
from pedidos.storage.mails import refusals

MOST_SESSIONS = 50

DONE: Mapping[str, tuple[LazyString, LazyString]] = {
    "password": (_("Your password is changed"), _("Your other sessions have ended.")),
    "session": (_("The session has ended"), _("Its browser or program is signed out.")),
    "others": (_("You are signed in here alone"), _("All other sessions have ended.")),
    "sent": (_("A message is on its way"), _("Open the page in it to confirm your address.")),
    "removed": (_("The second factor is removed"), _("Signing in takes your password alone from now on.")),
}
"""What was done before the page is shown: title and text."""


class Own(NamedTuple):
    """The visitor's picture."""

    address: str
    shown: Shown


pages = Blueprint("account", __name__)


@pages.get("/account")
@signed_in
def overview() -> Response:
    """All of it on one page."""
    return page()


def page(errors: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page. errors: by the field of a form that could not be carried out."""
    identity = visitors.identity()
    account = own()
    found = sessions.of_account(services().engine, account.id, MOST_SESSIONS)
    text = render_template(
        "account/overview.html",
        account=account,
        sessions=found,
        others=sum(each.id != identity.session_id for each in found),
        here_id=identity.session_id,
        name_of=name_of,
        can_have_factor=identity.role in ROLES,
        has_factor=visitors.has_second_factor(),
        can_erase=identity.role is Role.CUSTOMER,
        can_sell=identity.role is Role.CUSTOMER,
        has_webhooks=identity.role is not Role.CUSTOMER and not identity.staff,
        mailbox=demo.is_offered(),
        picture=_picture(account),
        refuses_mails=refusals.refuses(services().engine, account.id),
        done=DONE.get(request.args.get("done", "")),
        errors=errors or {},
    )
    return make_response(text, status)


def _picture(account: Account) -> Own | None:
    found = pictures.shown(services().engine, account.id)
    return Own(picture_addresses.own(found), found) if found else None


def own() -> Account:
    """The account of the visitor. Raises Unauthenticated if it is no longer active."""
    account = accounts.by_id(services().engine, visitors.identity().account_id)
    if account is None or not account.active:
        raise problems.Unauthenticated
    return account
