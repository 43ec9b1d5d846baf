"""The language of the command line: that of the locale, as GNU gettext chooses it."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any, LiteralString

from pedidos import texts
from pedidos.sentence import Sentence, Translate, said


def wanted(environment: Mapping[str, str]) -> list[str]:
    """The languages that the environment asks for, the preferred one first; none for the locale C.

    The first of LC_ALL, LC_MESSAGES and LANG that is set is the locale. LANGUAGE lists several, unless the locale is C.
    Source: GNU gettext manual, 2.3.
    """
    given = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, given), "C")
    if locale.partition(".")[0] in ("C", "POSIX"):
        return []
    several = environment.get("LANGUAGE") or locale
    return [each.partition(".")[0].partition("@")[0] for each in several.split(":")]


@cache
def locale() -> str:
    """A locale of pedidos.texts: that of this process."""
    return texts.locale_for(wanted(os.environ))


@cache
def translator() -> Translate:
    """What says a text in the language of this process."""
    return str if locale() == texts.ENGLISH else texts.translations(locale()).gettext


def phrase(template: LiteralString, /, **values: Any) -> str:
    """The text in the language of this process. Values that are sentences, or errors that say one, are too.

    The template must be a literal, so that `./pedidos texts` finds it.
    """
    return Sentence(template, **values).said(translator())


def told(words: str | BaseException) -> str:
    """The text, or what the error says; in the language of this process if it is a sentence of ours."""
    text: str = said(words, translator())
    return text
