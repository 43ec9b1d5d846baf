"""The language of an answer follows Accept-Language."""

import pytest

from pedidos.http.languages import LONGEST, headers_of, locale_of, translate_to
from pedidos.texts import ENGLISH, PORTUGUESE


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, ENGLISH),
        ("", ENGLISH),
        ("pt-BR", PORTUGUESE),
        ("pt-PT,pt;q=0.9", PORTUGUESE),
        ("en;q=0.5, pt;q=0.8", PORTUGUESE),
        ("pt;q=0.5, en", ENGLISH),
        ("pt;q=0", ENGLISH),
        ("fr, pt;q=0.1", PORTUGUESE),
        ("*", ENGLISH),
        ("\x00;;,=", ENGLISH),
        ("pt" + ",pt" * LONGEST, ENGLISH),
    ],
)
def test_the_preferred_language_that_there_is(header: str | None, locale: str) -> None:
    assert locale_of(header) == locale


def test_the_headers_name_the_language_and_what_it_depends_on() -> None:
    assert headers_of(PORTUGUESE) == {"Content-Language": "pt-BR", "Vary": "Accept-Language"}
    assert headers_of(ENGLISH)["Content-Language"] == "en"


def test_what_has_no_translation_stays_as_it_is() -> None:
    assert translate_to(PORTUGUESE)("tok_ok") == "tok_ok"
    assert translate_to(ENGLISH)("Not found") == "Not found"
    assert translate_to(PORTUGUESE)("Not found") == "Não encontrado"
