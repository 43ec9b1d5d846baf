"""The language of the command line follows the locale, as GNU gettext does."""

from collections.abc import Mapping

import pytest

from pedidos import texts
from pedidos.cli import language
from pedidos.cli.failures import SERVER
from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, []),
        ({"LANG": "pt_BR.UTF-8"}, ["pt_BR"]),
        ({"LANG": "pt_BR@euro"}, ["pt_BR"]),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "pt_BR.UTF-8"}, ["pt_BR"]),
        ({"LANG": "pt_BR.UTF-8", "LC_MESSAGES": "", "LC_ALL": "en_US.UTF-8"}, ["en_US"]),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:pt_BR:en"}, ["fr", "pt_BR", "en"]),
        ({"LANG": "C.UTF-8", "LANGUAGE": "pt_BR"}, []),
        ({"LANG": "pt_BR.UTF-8", "LC_ALL": "C"}, []),
        ({"LC_ALL": "POSIX", "LANG": "pt_BR"}, []),
        ({"LC_TIME": "pt_BR.UTF-8"}, []),
    ],
)
def test_the_languages_that_an_environment_asks_for(environment: Mapping[str, str], wanted: list[str]) -> None:
    assert language.wanted(environment) == wanted


@pytest.fixture
def portuguese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "translator", lambda: texts.translations(texts.PORTUGUESE).gettext)


@pytest.mark.usefixtures("portuguese")
def test_a_phrase_says_its_values_in_the_same_language() -> None:
    told = language.phrase("{server} cannot be used now ({reason}). {advice}", server="Kafka", reason=1, advice=SERVER)
    assert told.startswith("Kafka não pode ser usado agora (1). Suba com ./pedidos up.")
    error = Misconfigured(Sentence("There is no such merchant."))
    assert language.phrase("Kafka: {reason}", reason=error) == "Kafka: Esta loja não existe."


@pytest.mark.usefixtures("portuguese")
def test_what_an_error_says_is_in_the_same_language_if_it_is_ours() -> None:
    assert language.told(Misconfigured(Sentence("Nothing was running."))) == "Não havia nada rodando."
    assert language.told(ValueError("of a library")) == "of a library"


def test_english_is_the_text_itself() -> None:
    assert language.phrase("There is no {what} {name}. There are: {known}.", what="x", name="y", known="z") == (
        "There is no x y. There are: z."
    )
