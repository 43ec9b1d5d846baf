"""The second factor: adding one with an authenticator app, and removing it."""

import segno
from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.limits import limited
from pedidos.http.roles import allow
from pedidos.http.second_factor import MAX_SENT, ROLES
from pedidos.processes.web import languages, visitors
from pedidos.processes.web.account import password
from pedidos.processes.web.account.overview import own
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.services import services
from pedidos.security import passwords, totp
from pedidos.storage.accounts import second_factors

pages = Blueprint("second_factor", __name__)


@pages.get("/account/second-factor")
@allow(*ROLES)
def status() -> Response:
    """Whether the account has one, with the form to begin or to remove it."""
    return _page()


@pages.post("/account/second-factor")
@allow(*ROLES)
@limited
def begin() -> Response:
    """Shows a new secret as a QR code, once; the next form confirms it."""
    try:
        given = request.form.get("password", "")[: passwords.MAX_SENT]
        account = services().password_check.asked_again(visitors.identity(), given)
    except problems.WrongCredentials:
        return _page({"password": password.wrong()}, 401)
    secret = totp.new_secret()
    sealed = services().account_keys.seal(secret.encode(), account.id)
    if not second_factors.begin(services().engine, account.id, sealed):
        return redirect_within("/account/second-factor")  # it has one already
    picture = segno.make(totp.address(secret, account.email)).svg_data_uri(scale=5, light="#fff")
    return make_response(render_template("account/second_factor_new.html", secret=secret, picture=picture, error=""))


@pages.post("/account/second-factor/confirm")
@allow(*ROLES)
@limited
def confirm() -> Response:
    """Shows the recovery codes, once; or the form again. The secret is not shown a second time."""
    try:
        code = request.form.get("code", "").replace(" ", "")
        codes = services().second_factor.confirm(own(), code, who(), languages.chosen())
    except problems.WrongCode:
        said = _("This code is wrong. Is the clock of your phone right? Wait for the next code.")
        return make_response(render_template("account/second_factor_new.html", secret="", picture="", error=said), 401)
    except (problems.NotFound, problems.SecondFactorPresent):
        return redirect_within("/account/second-factor")  # sent twice, or never begun
    return make_response(render_template("account/recovery_codes.html", codes=codes))


@pages.post("/account/second-factor/remove")
@allow(*ROLES)
@limited
def remove() -> Response:
    """Takes it away, with the password and a code."""
    try:
        given = request.form.get("password", "")[: passwords.MAX_SENT]
        account = services().password_check.asked_again(visitors.identity(), given)
        code = request.form.get("code", "")[:MAX_SENT]
        services().second_factor.remove(account, code, who(), languages.chosen())
    except problems.WrongCredentials:
        return _page({"password": password.wrong()}, 401)
    except problems.WrongCode:
        return _page({"code": _("This code is wrong, too old, or was used before. Wait for the next one.")}, 401)
    except problems.NotFound:
        return redirect_within("/account/second-factor")  # sent twice
    return redirect_within("/account?done=removed")


def _page(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    identity = visitors.identity()
    text = render_template(
        "account/second_factor.html",
        factor=services().second_factor.of(identity.account_id),
        required=services().second_factor.needed_by(identity.role),
        errors=errors or {},
    )
    return make_response(text, status)
