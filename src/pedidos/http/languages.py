"""The language of an answer, from the header Accept-Language (RFC 9110, 12.5.4)."""

from collections.abc import Mapping

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from pedidos import texts
from pedidos.sentence import Translate

LONGEST = 200
"""Characters of the header that are read. Browsers send fewer."""

VARY = "Accept-Language"
"""The value of the header Vary of an answer with texts."""


def locale_of(header: str | None) -> str:
    """A locale of pedidos.texts: the one that the header prefers."""
    if not header or len(header) > LONGEST:
        return texts.ENGLISH
    accepted = parse_accept_header(header, LanguageAccept)
    return texts.locale_for([tag for tag, quality in accepted if quality > 0])


def load() -> None:
    """Reads the catalogues now, so that no request waits for that."""
    for locale in texts.CATALOGUES:
        texts.translations(locale)


def headers_of(locale: str) -> Mapping[str, str]:
    """The headers of an answer in this language that has another text in another one."""
    return {"Content-Language": texts.language_tag(locale), "Vary": VARY}


def translate_to(locale: str) -> Translate:
    """What says a sentence in this language."""
    return texts.translations(locale).gettext
