"""What each mail says: subject and plain text, in English and Portuguese."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from pedidos.domain.mails import PURPOSES, Kind, Purpose
from pedidos.texts import N_, translations

PATHS: Mapping[Purpose, str] = MappingProxyType({Purpose.VERIFY: "/verify", Purpose.RESET: "/reset"})
"""The page that each link leads to."""


class Letter(NamedTuple):
    """A mail as its reader gets it."""

    subject: str
    text: str


class _Texts(NamedTuple):
    """paragraphs: one of them may be the link."""

    subject: str
    paragraphs: tuple[str, ...]


_LINK = ""
"""Where the link stands among the paragraphs."""

_NOT_YOU = N_("If it was not you, choose another password at once: “Forgotten your password?” on the sign-in page.")

_TEXTS: Mapping[Kind, _Texts] = MappingProxyType(
    {
        Kind.CONFIRM_ADDRESS: _Texts(
            N_("Confirm your address"),
            (
                N_("Somebody registered at pedidos with this address. If it was you, open this page to confirm it:"),
                _LINK,
                N_("The page can be used for a day, and asks for the password that you chose."),
                N_("If it was not you, ignore this message: an account takes your confirmation to order."),
            ),
        ),
        Kind.ACCOUNT_EXISTS: _Texts(
            N_("You have an account already"),
            (
                N_("Somebody tried to register at pedidos with this address, which has an account. Nothing changed."),
                N_("If it was you, sign in. If you do not know the password, choose another one on this page:"),
                _LINK,
                N_("The page can be used once, within an hour."),
                N_("If it was not you, ignore this message."),
            ),
        ),
        Kind.RESET_PASSWORD: _Texts(
            N_("Choose another password"),
            (
                N_("Somebody asked for another password for your account at pedidos. Choose it on this page:"),
                _LINK,
                N_("The page can be used once, within an hour. Afterwards you are signed out everywhere."),
                N_("If it was not you, ignore this message: your password stays as it is."),
            ),
        ),
        Kind.PASSWORD_CHANGED: _Texts(
            N_("Your password was changed"),
            (N_("The password of your account at pedidos was changed, and its other sessions have ended."), _NOT_YOU),
        ),
        Kind.SECOND_FACTOR_ADDED: _Texts(
            N_("Your account has a second factor now"),
            (N_("From now on, signing in at pedidos takes your password and a code of your app."), _NOT_YOU),
        ),
        Kind.SECOND_FACTOR_REMOVED: _Texts(
            N_("Your account has no second factor any more"),
            (N_("From now on, signing in at pedidos takes your password alone."), _NOT_YOU),
        ),
    }
)


def address(kind: Kind, token: str, site: str) -> str:
    """The link in a mail of this kind. site: the address of the platform, such as https://example.org."""
    return f"{site.rstrip('/')}{PATHS[PURPOSES[kind]]}?token={token}"


def letter(kind: Kind, language: str, link: str = "") -> Letter:
    """The mail in a language, which is a locale of pedidos.texts. link: the address in it, for kinds that have one."""
    translated = translations(language).gettext
    texts = _TEXTS[kind]
    paragraphs = [link if each == _LINK else translated(each) for each in texts.paragraphs]
    return Letter(translated(texts.subject), "\n\n".join(paragraphs) + "\n")
