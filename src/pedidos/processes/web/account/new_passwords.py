"""What a page says about a new password that cannot be accepted, and the check that decides."""

from flask_babel import gettext as _
from pydantic import TypeAdapter, ValidationError

from pedidos.http.fields import NewPassword
from pedidos.security.guessable import why_guessable

_NEW_PASSWORD: TypeAdapter[str] = TypeAdapter(NewPassword)


def unfit() -> str:
    return _("Choose a password of 12 to 128 characters.")


def guessable() -> str:
    return _("This password is easy to guess: choose another, such as four words.")


def checked(given: str, email: str, name: str) -> tuple[str, str]:
    """The password as it is hashed, and what is wrong with it; empty if nothing is. email, name: of the account."""
    try:
        password = _NEW_PASSWORD.validate_python(given)
    except ValidationError:
        return "", unfit()
    return password, guessable() if why_guessable(password, email, name) is not None else ""
