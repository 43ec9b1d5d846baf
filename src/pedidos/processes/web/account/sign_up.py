"""Registering as a customer."""

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError

from pedidos.http.acting import who
from pedidos.http.fields import Email, Name, NewPassword
from pedidos.http.limits import limited
from pedidos.http.roles import public
from pedidos.processes.web import languages
from pedidos.processes.web.account import demo, new_passwords
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.services import services
from pedidos.security import mail_links
from pedidos.security.guessable import why_guessable
from pedidos.storage.accounts import accounts

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
    """Registers a customer, or shows the form again with what is wrong.

    The answer is the same if the address has an account already: its mailbox is told which.
    """
    given = {name: request.form.get(name, "") for name in Registration.model_fields}
    given |= {"email": given["email"].strip(), "name": given["name"].strip()}
    try:
        wanted = Registration(**given)
    except ValidationError as error:
        return _again(given, {str(each["loc"][0]): _wrong(str(each["loc"][0])) for each in error.errors()})
    if why_guessable(wanted.password, wanted.email, wanted.name) is not None:
        return _again(given, {"password": new_passwords.guessable()})
    password_hash = services().hashing.hash_password(wanted.password)
    link = mail_links.new(services().account_keys, languages.chosen())
    accounts.register(services().engine, wanted.email, wanted.name, password_hash, link, who())
    return redirect_within("/sign-up/sent")


@pages.get("/sign-up/sent")
@public
def sent() -> str:
    """What to do now: the same for everyone."""
    return render_template("account/sent.html", registered=True, mailbox=demo.is_offered())


def _wrong(field: str) -> str:
    return {
        "email": _("We cannot use this address. Is there a letter that is not plain?"),
        "name": _("Enter a name of up to 120 characters."),
        "password": new_passwords.unfit(),
    }[field]


def _again(given: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    """The form with what was entered, except the password."""
    return make_response(render_template("account/sign_up.html", given=given, errors=errors), 422)
