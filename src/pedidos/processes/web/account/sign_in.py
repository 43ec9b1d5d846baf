"""Signing in and out. The browser gets a cookie that no script can read."""

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from pedidos.domain.access import Role
from pedidos.domain.texts import printable
from pedidos.http import problems
from pedidos.http.limits import limited
from pedidos.http.roles import public, signed_in
from pedidos.processes.web import visitors
from pedidos.processes.web.account import between_steps, demo, sessions
from pedidos.processes.web.addresses import is_within, redirect_within
from pedidos.processes.web.services import services
from pedidos.security.passwords import MAX_SENT
from pedidos.storage.accounts import accounts

MAX_EMAIL = 254

HOME = {Role.CUSTOMER: "/", Role.MERCHANT: "/board", Role.OPERATOR: "/operator", Role.COURIER: "/deliveries"}
"""Where each kind of person begins."""

pages = Blueprint("sign_in", __name__)


@pages.get("/sign-in")
@public
def form() -> Response:
    """The form, and on a local demo the people as whom one can enter."""
    return _form()


@pages.post("/sign-in")
@public
@limited
def sign_in() -> Response:
    """Opens a session, or shows the form again."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")[:MAX_SENT]
    try:
        account = services().password_check.signing_in(printable(email.lower(), MAX_EMAIL), password)
    except problems.WrongCredentials:
        return _form(email, _("The e-mail address or the password is wrong."), 401)
    if services().second_factor.of(account.id) is not None:
        return between_steps.noted(_code_form(), account)
    return sessions.opened(account, _onwards(Role(account.role)))


@pages.post("/sign-in/code")
@public
@limited
def second_step() -> Response:
    """Opens a session with the code of a second factor, or shows the form again."""
    account = between_steps.account()
    if account is None:
        return _form(notice=_("The sign-in took too long. Begin again."), status=401)
    try:
        services().second_factor.signing_in(account, request.form.get("code", "") or "-")
    except problems.WrongCode:
        return _code_form(_("This code is wrong, too old, or was used before. Wait for the next one."), 401)
    return between_steps.over(sessions.opened(account, _onwards(Role(account.role))))


@pages.post("/sign-in/demo")
@public
@limited
def enter() -> Response:
    """Opens a session for one of the people of the demo, without a password."""
    email = demo.PEOPLE.get(request.form.get("as", ""))
    if email is None or not demo.is_offered():
        raise problems.NotFound
    account = accounts.by_email(services().engine, email)
    if account is None or not account.active:
        return _form(notice=_("This account is disabled."), status=403)
    return sessions.opened(account, _onwards(Role(account.role)))


@pages.post("/sign-out")
@signed_in
def sign_out() -> Response:
    """Ends the session."""
    return sessions.ended(redirect_within("/"))


def _form(email: str = "", notice: str = "", status: int = 200) -> Response:
    people = demo.NAMES if demo.is_offered() else {}
    text = render_template(
        "account/sign_in.html",
        email=email,
        notice=notice,
        next=_wanted(),
        people=people,
        visitor=visitors.current(),
        reset=request.args.get("done") == "reset",
        joined=request.args.get("done") == "joined",
    )
    return make_response(text, status)


def _code_form(error: str = "", status: int = 200) -> Response:
    return make_response(render_template("account/sign_in_code.html", next=_wanted(), error=error), status)


def _wanted() -> str:
    """The page that asked for a sign-in; empty if none did."""
    wanted = request.values.get("next", "")
    return wanted if is_within(wanted) else ""


def _onwards(role: Role) -> str:
    return _wanted() or HOME[role]
