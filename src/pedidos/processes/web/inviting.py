"""The form that invites somebody, for the owner of a shop and for operators."""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError

from pedidos.http.fields import Email, Name
from pedidos.storage.accounts.accounts import EmailTaken
from pedidos.storage.merchants import people


class Invited(BaseModel):
    """Who is invited. courier: of a shop, to bring its orders."""

    email: Email
    name: Name
    courier: bool = False


def invited(form: Mapping[str, str], invite: Callable[[Invited], object]) -> tuple[dict[str, str], dict[str, str]]:
    """Invites the person in the form. Returns what was entered, and by field what is wrong; nothing if it is done."""
    given = {name: form.get(name, "").strip()[:300] for name in ("email", "name", "courier")}
    said = {
        "email": _("We cannot use this address. Is there a letter that is not plain?"),
        "name": _("Enter a name of up to 120 characters."),
    }
    try:
        invite(Invited(email=given["email"], name=given["name"], courier=given["courier"] == "true"))
    except ValidationError as error:
        return given, {str(each["loc"][0]): said[str(each["loc"][0])] for each in error.errors()}
    except EmailTaken:
        return given, {"email": _("This address has an account already. Use another one.")}
    except people.TooMany:
        most = _("There are %(most)s people already, or this address got too many messages.", most=people.MOST)
        return given, {"email": most}
    return given, {}
