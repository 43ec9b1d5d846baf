"""Texts in both languages, side by side: for what is written as data, where a catalogue would tear it apart."""

from dataclasses import dataclass

from pedidos.texts import PORTUGUESE


@dataclass(frozen=True, slots=True)
class Both:
    """A text in English and in Portuguese."""

    en: str
    pt: str

    def of(self, locale: str) -> str:
        """The text for a locale of pedidos.texts."""
        return self.pt if locale == PORTUGUESE else self.en
