import pytest

from pedidos.domain.mails import LIVES, PURPOSES, Kind, Purpose
from pedidos.mails.letters import address, letter
from pedidos.texts import LANGUAGES

LINK = "https://shop.example/verify?token=KKK"


@pytest.mark.parametrize("language", LANGUAGES.values())
@pytest.mark.parametrize("kind", Kind)
def test_each_mail_has_a_subject_and_its_link_once(kind: Kind, language: str) -> None:
    said = letter(kind, language, LINK if kind in PURPOSES else "")
    assert said.subject
    assert "\n" not in said.subject
    assert said.text.count(LINK) == (kind in PURPOSES)
    assert said.text.endswith(".\n")


@pytest.mark.parametrize("kind", Kind)
def test_it_is_translated(kind: Kind) -> None:
    english, portuguese = letter(kind, "en", LINK), letter(kind, "pt_BR", LINK)
    assert english.subject != portuguese.subject
    assert not set(english.text.split("\n\n")) & set(portuguese.text.split("\n\n")) - {LINK, ""}


def test_what_a_mail_says_about_the_end_of_its_link_is_so() -> None:
    assert LIVES == {Purpose.VERIFY: 24 * 3600, Purpose.RESET: 3600}
    assert "for a day" in letter(Kind.CONFIRM_ADDRESS, "en", LINK).text
    for kind in (Kind.ACCOUNT_EXISTS, Kind.RESET_PASSWORD):
        assert "within an hour" in letter(kind, "en", LINK).text


def test_a_link_leads_to_the_page_of_its_purpose() -> None:
    assert address(Kind.CONFIRM_ADDRESS, "KKK", "https://shop.example/") == LINK
    assert address(Kind.ACCOUNT_EXISTS, "KKK", "") == "/reset?token=KKK"
