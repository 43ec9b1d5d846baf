"""Texts of pages and lessons in a terminal."""

from pedidos.texts import ENGLISH, PORTUGUESE
from pedidos_classroom.cli.language import Language
from pedidos_classroom.words import Both


def test_texts_are_translated_and_filled() -> None:
    portuguese, english = Language(PORTUGUESE), Language(ENGLISH)
    assert english.gettext("You predicted: %(choice)s.", choice="100 %") == "You predicted: 100 %."
    assert portuguese.gettext("You predicted: %(choice)s.", choice="x") == "Você previu: x."
    assert (english.of(Both("one", "um")), portuguese.of(Both("one", "um"))) == ("one", "um")
