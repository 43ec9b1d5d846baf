"""Changing the password, and asking for another mail to confirm the address."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from pedidos.domain.mails import Kind
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.limits import limited
from pedidos.http.roles import signed_in
from pedidos.processes.web import languages, visitors
from pedidos.processes.web.account import new_passwords
from pedidos.processes.web.account.overview import own, page
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.services import services
from pedidos.security import mail_links
from pedidos.security.passwords import MAX_SENT
from pedidos.storage.accounts import accounts, one_time_tokens

pages = Blueprint("password", __name__)


@pages.post("/account/password")
@signed_in
@limited
def change() -> Response:
    """Replaces the password and ends the other sessions, or shows the page again."""
    try:
        given = request.form.get("password", "")[:MAX_SENT]
        account = services().password_check.asked_again(visitors.identity(), given)
    except problems.WrongCredentials:
        return page({"password": wrong()}, 401)
    password, unfit = new_passwords.checked(request.form.get("new_password", ""), account.email, account.name)
    if unfit:
        return page({"new_password": unfit}, 422)
    password_hash = services().hashing.hash_password(password)
    if not accounts.change_password(services().engine, account, password_hash, who(), languages.chosen()):
        raise problems.WrongCredentials  # another request has changed it since
    return redirect_within("/account?done=password")


@pages.post("/account/verification")
@signed_in
@limited
def send_again() -> Response:
    """Writes another mail to confirm the address, unless it is confirmed."""
    account = own()
    if account.verified_at is None:
        link = mail_links.new(services().account_keys, languages.chosen())
        one_time_tokens.ask(services().engine, account.email, Kind.CONFIRM_ADDRESS, link, who())
    return redirect_within("/account?done=sent")


def wrong() -> str:
    """What stands at a field for the present password."""
    return _("This is not your password.")
