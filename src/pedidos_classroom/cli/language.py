"""Says the texts of pages and lessons in the language of the command line."""

from pedidos.cli.language import locale
from pedidos.texts import translations
from pedidos_classroom.words import Both


class Language:
    """Says texts in the language of one locale of pedidos.texts."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self._texts = translations(locale)

    @classmethod
    def of_terminal(cls) -> "Language":
        return cls(locale())

    def gettext(self, text: str, **values: object) -> str:
        """A text of a page, with its placeholders filled."""
        said = self._texts.gettext(text)
        return said % values if values else said

    def of(self, text: Both) -> str:
        """A text that is written in both languages."""
        return text.of(self.locale)
