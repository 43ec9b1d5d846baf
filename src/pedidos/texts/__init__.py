"""The texts that people read, in each language: one catalogue for pages, mails, the API and the command line.

The texts in the code are English. A catalogue (pt_BR.po) has their translations; `./pedidos texts` collects new texts.
"""

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

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


def language_tag(locale: str) -> str:
    """The locale as HTTP and HTML spell it (RFC 5646), such as pt-BR."""
    return locale.replace("_", "-")


@cache
def translations(locale: str) -> NullTranslations:
    """The catalogue of a locale."""
    if locale not in CATALOGUES:
        return NullTranslations()
    return GNUTranslations(BytesIO(compiled(locale)))


def compiled(locale: str) -> bytes:
    """The catalogue of a locale with translations in gettext's binary form (MO)."""
    from pedidos.texts import compiling  # noqa: PLC0415  # commands in English, the most frequent case, do not need it

    return compiling.compiled(CATALOGUES[locale], locale)
