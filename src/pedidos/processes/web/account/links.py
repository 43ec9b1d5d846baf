"""The pages that the links in mails lead to, and the one on which somebody asks for such a mail.

A link only shows a form: programs that look through mailboxes follow links, and must not use them up.
"""

import re

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from pydantic import TypeAdapter, ValidationError

from pedidos.domain.access import Role
from pedidos.domain.mails import Kind, Purpose
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import Email
from pedidos.http.limits import limited
from pedidos.http.roles import public
from pedidos.processes.web import languages, visitors
from pedidos.processes.web.account import demo, new_passwords, sessions
from pedidos.processes.web.account.sign_in import HOME
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.services import services
from pedidos.security import mail_links
from pedidos.security.passwords import MAX_SENT
from pedidos.storage.accounts import one_time_tokens
from pedidos.storage.accounts.accounts import Account

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)

pages = Blueprint("links", __name__)


@pages.get("/verify")
@public
def confirmation() -> Response:
    """The form that confirms an address."""
    return _confirmation(_account(Purpose.VERIFY))


@pages.post("/verify")
@public
@limited
def confirm() -> Response:
    """Confirms the address, if the sender is signed in as its account or knows the password; and signs them in."""
    account = _account(Purpose.VERIFY)
    if not _is_own(account):
        try:
            services().password_check.of_account(account, request.form.get("password", "")[:MAX_SENT])
        except problems.WrongCredentials:
            return _confirmation(account, _("This is not the password of the account."), 401)
    if not one_time_tokens.verify(services().engine, _hash(), who()):
        raise problems.InvalidLink
    address = HOME[Role.CUSTOMER]
    return redirect_within(address) if _is_own(account) else sessions.opened(account, address)


@pages.get("/forgotten")
@public
def forgotten() -> Response:
    """The form that asks for a mail to choose another password."""
    return make_response(render_template("account/forgotten.html", email="", error=""))


@pages.post("/forgotten")
@public
@limited
def ask() -> Response:
    """Asks for the mail. The answer is the same whether or not the address has an account."""
    given = request.form.get("email", "").strip()
    try:
        email = _EMAIL.validate_python(given)
    except ValidationError:
        said = _("We cannot use this address. Is there a letter that is not plain?")
        return make_response(render_template("account/forgotten.html", email=given, error=said), 422)
    link = mail_links.new(services().account_keys, languages.chosen())
    one_time_tokens.ask(services().engine, email, Kind.RESET_PASSWORD, link, who())
    return redirect_within("/forgotten/sent")


@pages.get("/forgotten/sent")
@public
def sent() -> str:
    """What to do now: the same for everyone."""
    return render_template("account/sent.html", registered=False, mailbox=demo.is_offered())


@pages.get("/reset")
@public
def new_password() -> Response:
    """The form that chooses another password."""
    return _reset(_account(Purpose.RESET))


@pages.post("/reset")
@public
@limited
def reset() -> Response:
    """Replaces the password and ends all sessions, or shows the form again."""
    account = _account(Purpose.RESET)
    password, wrong = new_passwords.checked(request.form.get("password", ""), account.email, account.name)
    if wrong:
        return _reset(account, wrong, 422)
    password_hash = services().hashing.hash_password(password)
    if not one_time_tokens.reset(services().engine, _hash(), password_hash, languages.chosen(), who()):
        raise problems.InvalidLink
    return redirect_within("/sign-in?done=reset")


@pages.get("/join")
@public
def first_password() -> Response:
    """The form with which somebody who was invited chooses a password."""
    return _join(_account(Purpose.JOIN))


@pages.post("/join")
@public
@limited
def join() -> Response:
    """Sets the password, and leads to the sign-in; or shows the form again."""
    account = _account(Purpose.JOIN)
    password, wrong = new_passwords.checked(request.form.get("password", ""), account.email, account.name)
    if wrong:
        return _join(account, wrong, 422)
    password_hash = services().hashing.hash_password(password)
    if not one_time_tokens.join(services().engine, _hash(), password_hash, who()):
        raise problems.InvalidLink
    return redirect_within("/sign-in?done=joined")


def _confirmation(account: Account, error: str = "", status: int = 200) -> Response:
    own = _is_own(account)
    text = render_template("account/verify.html", account=account, token=_token(), own=own, error=error)
    return make_response(text, status)


def _reset(account: Account, error: str = "", status: int = 200) -> Response:
    text = render_template("account/reset.html", account=account, token=_token(), error=error)
    return make_response(text, status)


def _join(account: Account, error: str = "", status: int = 200) -> Response:
    text = render_template("account/join.html", account=account, token=_token(), error=error)
    return make_response(text, status)


def _is_own(account: Account) -> bool:
    visitor = visitors.current()
    return visitor is not None and visitor.account_id == account.id


def _account(purpose: Purpose) -> Account:
    """The account that the token is for. Raises InvalidLink."""
    account = one_time_tokens.account_of(services().engine, _hash(), purpose)
    if account is None:
        raise problems.InvalidLink
    return account


def _token() -> str:
    return request.values.get("token", "")


def _hash() -> bytes:
    """Raises InvalidLink for what cannot be a token."""
    token = _token()
    if not re.fullmatch(mail_links.PATTERN, token):
        raise problems.InvalidLink
    return mail_links.kept(token)
