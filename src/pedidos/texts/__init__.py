"""The texts that people read, in each language: one catalogue for pages and mails.

The texts in the code are English. A catalogue (pt_BR.po) has their translations; `./pedidos texts` collects new texts.
"""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

ENGLISH, PORTUGUESE = "en", "pt_BR"

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": ENGLISH, "pt": PORTUGUESE})
"""The locale for each language that a reader may ask for. Any kind of Portuguese is better understood than English."""

CATALOGUES: Mapping[str, Path] = MappingProxyType({PORTUGUESE: Path(__file__).with_name("pt_BR.po")})
"""The file of each locale with translations."""


def N_(text: str) -> str:  # noqa: N802  # the name by which gettext's tools know it
    """Marks a text that is translated elsewhere, so that it is collected."""
    return text


def locale_for(wanted: list[str]) -> str:
    """The locale for a reader. wanted: language tags (RFC 5646) such as pt-BR or en, the preferred one first."""
    known = (LANGUAGES.get(tag.replace("_", "-").partition("-")[0].lower()) for tag in wanted)
    return next(filter(None, known), ENGLISH)


@cache
def translations(locale: str) -> NullTranslations:
    """The catalogue of a locale, compiled in memory, so that no compiled file has to be kept in step."""
    if locale not in CATALOGUES:
        return NullTranslations()
    with CATALOGUES[locale].open("rb") as source:
        catalogue = read_po(source, locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
