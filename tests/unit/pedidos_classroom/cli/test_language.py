"""The language is that of the locale, and every text of the catalogue comes in it."""

import pytest

from pedidos.texts import ENGLISH, PORTUGUESE
from pedidos_classroom.cli.language import Language, locale_of
from pedidos_classroom.words import Both


@pytest.mark.parametrize(
    ("environment", "locale"),
    [
        ({}, ENGLISH),
        ({"LANG": "C"}, ENGLISH),
        ({"LANG": "pt_BR.UTF-8"}, PORTUGUESE),
        ({"LANG": "pt_PT@euro"}, PORTUGUESE),
        ({"LANG": "pt_BR.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, ENGLISH),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "en_US.UTF-8", "LC_ALL": "pt_BR"}, PORTUGUESE),
        ({"LC_ALL": "", "LANG": "pt_BR.UTF-8"}, PORTUGUESE),
        ({"LANG": "xx_YY.UTF-8"}, ENGLISH),
    ],
)
def test_the_first_variable_that_is_set_decides(environment: dict[str, str], locale: str) -> None:
    assert locale_of(environment) == locale


def test_texts_are_translated_and_filled() -> None:
    portuguese, english = Language(PORTUGUESE), Language(ENGLISH)
    assert english.gettext("You predicted: %(choice)s.", choice="100 %") == "You predicted: 100 %."
    assert portuguese.gettext("You predicted: %(choice)s.", choice="x") == "Você previu: x."
    assert (english.of(Both("one", "um")), portuguese.of(Both("one", "um"))) == ("one", "um")
