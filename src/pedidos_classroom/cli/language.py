"""The language of the person at the terminal: that of the locale which the environment names."""

from collections.abc import Mapping

from pedidos.settings.os_environment import inherited
from pedidos.texts import locale_for, translations
from pedidos_classroom.words import Both

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""As in POSIX: the first one that is set decides."""


def locale_of(environment: Mapping[str, str]) -> str:
    """A locale of pedidos.texts, for values such as pt_BR.UTF-8, C or en_US@euro."""
    named = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return locale_for([named.partition(".")[0].partition("@")[0]])


class Language:
    """Says texts in the language of one locale of pedidos.texts."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self._texts = translations(locale)

    @classmethod
    def of_terminal(cls) -> "Language":
        return cls(locale_of(inherited(VARIABLES)))

    def gettext(self, text: str, **values: object) -> str:
        """A text of the catalogue, with its placeholders filled."""
        said = self._texts.gettext(text)
        return said % values if values else said

    def of(self, text: Both) -> str:
        """A text that is written in both languages."""
        return text.of(self.locale)
