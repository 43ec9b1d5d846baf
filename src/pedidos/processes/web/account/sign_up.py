"""Registering as a customer."""

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError

from pedidos.domain.access import Role
from pedidos.http.acting import who
from pedidos.http.fields import Email, Name, NewPassword
from pedidos.http.limits import limited
from pedidos.http.roles import public
from pedidos.processes.web.account import sessions
from pedidos.processes.web.account.sign_in import HOME
from pedidos.processes.web.services import services
from pedidos.security.guessable import why_guessable
from pedidos.storage.accounts import accounts
from pedidos.storage.accounts.accounts import EmailTaken

pages = Blueprint("sign_up", __name__)


class Registration(BaseModel):
    """What the form asks for."""

    email: Email
    name: Name
    password: NewPassword


@pages.get("/sign-up")
@public
def form() -> str:
    """The form."""
    return render_template("account/sign_up.html", given={}, errors={})


@pages.post("/sign-up")
@public
@limited
def register() -> Response:
    """Makes a customer and signs them in, or shows the form again with what is wrong."""
    given = {name: request.form.get(name, "") for name in Registration.model_fields}
    given |= {"email": given["email"].strip(), "name": given["name"].strip()}
    try:
        wanted = Registration(**given)
    except ValidationError as error:
        return _again(given, {str(each["loc"][0]): _wrong(str(each["loc"][0])) for each in error.errors()})
    if why_guessable(wanted.password, wanted.email, wanted.name) is not None:
        return _again(given, {"password": _("This password is easy to guess: choose another, such as four words.")})
    password_hash = services().hashing.hash_password(wanted.password)
    try:
        account = accounts.add_customer(services().engine, wanted.email, wanted.name, password_hash, who())
    except EmailTaken:
        return _again(given, {"email": _("There is an account with this address. Sign in, or use another one.")})
    return sessions.opened(account, HOME[Role.CUSTOMER])


def _wrong(field: str) -> str:
    return {
        "email": _("We cannot use this address. Is there a letter that is not plain?"),
        "name": _("Enter a name of up to 120 characters."),
        "password": _("Choose a password of 12 to 128 characters."),
    }[field]


def _again(given: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    """The form with what was entered, except the password."""
    return make_response(render_template("account/sign_up.html", given=given, errors=errors), 422)
