"""The texts of the pages: each has a translation, and a reader gets the nearest language."""

import pytest

from pedidos import texts
from pedidos.texts import CATALOGUES, ENGLISH, PORTUGUESE
from pedidos_dev.texts import collected, read, untranslated, written


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        (["pt-BR", "pt", "en"], PORTUGUESE),
        (["pt_BR"], PORTUGUESE),
        (["pt-PT", "en"], PORTUGUESE),
        (["PT"], PORTUGUESE),
        (["fr", "pt"], PORTUGUESE),
        (["en-GB", "pt"], ENGLISH),
        (["fr", "de"], ENGLISH),
        (["*"], ENGLISH),
        ([], ENGLISH),
        (["ptx", "", "-", "../pt_BR"], ENGLISH),
    ],
)
def test_a_reader_gets_the_nearest_language(wanted: list[str], locale: str) -> None:
    assert texts.locale_for(wanted) == locale


@pytest.mark.parametrize("locale", CATALOGUES)
def test_every_text_is_translated_with_the_same_placeholders(locale: str) -> None:
    """If this fails: ./pedidos texts, then translate what it names."""
    catalogue = read(CATALOGUES[locale], locale)
    assert {message.id for message in catalogue} == {message.id for message in collected()}
    assert untranslated(catalogue) == []


@pytest.mark.parametrize("locale", CATALOGUES)
def test_the_file_is_as_the_command_writes_it(locale: str) -> None:
    assert CATALOGUES[locale].read_bytes() == written(read(CATALOGUES[locale], locale))


def test_a_catalogue_translates_and_english_needs_none() -> None:
    assert texts.translations(PORTUGUESE).gettext("Shops") == "Lojas"
    assert texts.translations(ENGLISH).gettext("Shops") == "Shops"
    counted = texts.translations(PORTUGUESE).ngettext
    assert counted("%(num)d shop is open now", "%(num)d shops are open now", 1) != counted(
        "%(num)d shop is open now", "%(num)d shops are open now", 2
    )
