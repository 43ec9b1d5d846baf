"""The language of a page: the one that its reader chose, otherwise the one that the browser asks for."""

from functools import cache
from io import BytesIO

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, Response, request
from flask_babel import Babel, Domain, get_locale

from pedidos import texts
from pedidos.http.languages import locale_of
from pedidos.http.roles import public
from pedidos.processes.web.addresses import redirect_within

COOKIE = "__Host-language"
_YEAR_SECONDS = 365 * 24 * 3600

pages = Blueprint("languages", __name__)


class _Catalogue(Domain):
    """The texts of pedidos.texts, instead of compiled files in a folder of the app."""

    def get_translations(self) -> NullTranslations:
        return _of_locale(str(get_locale()))


@cache
def _of_locale(locale: str) -> NullTranslations:
    """The catalogue in the form that Flask-Babel expects."""
    return Translations(BytesIO(texts.compiled(locale))) if locale in texts.CATALOGUES else NullTranslations()


class _Babel(Babel):
    domain_instance = _Catalogue()  # type: ignore[no-untyped-call]  # it has no annotations


def install(app: Flask) -> None:
    """Translates the texts of the app's views and templates."""
    _Babel(app, default_locale=texts.ENGLISH, locale_selector=chosen)  # type: ignore[no-untyped-call]


def chosen() -> str:
    """The locale of the current request."""
    own = request.cookies.get(COOKIE, "")
    return own if own in texts.LANGUAGES.values() else locale_of(request.headers.get("Accept-Language"))


def language_tag() -> str:
    """The language of the current page as browsers spell it, such as pt-BR."""
    return texts.language_tag(str(get_locale() or Locale.parse(texts.ENGLISH)))


@pages.post("/language")
@public
def choose() -> Response:
    """Keeps the choice of the reader, and returns to the page."""
    response = redirect_within(request.form.get("next", "/"))
    locale = request.form.get("language", "")
    if locale in texts.LANGUAGES.values():
        response.set_cookie(COOKIE, locale, _YEAR_SECONDS, secure=True, httponly=True, samesite="Lax", path="/")
    return response
