"""What mails say, in both languages."""

import uuid
from dataclasses import replace
from typing import Any

import pytest

from pedidos.domain.mails import LIVES, MISSED, NOT_OWED, OF_ENDPOINTS, ORDER_MAILS, PURPOSES, Kind, Purpose
from pedidos.mails.letters import address, endpoint_address, letter, order_address
from pedidos.storage.mails.order_facts import Item, OrderFacts
from pedidos.texts import LANGUAGES

LINK = "https://shop.example/verify?token=KKK"
REFUSE = "https://shop.example/unsubscribe?token=RRR"
OF_ORDERS = {mail.kind for mail in (*ORDER_MAILS.values(), MISSED)}
LINKED = {*PURPOSES, *OF_ORDERS, *OF_ENDPOINTS}


def order(**detail: Any) -> OrderFacts:
    items = [Item("Pizza <b>", 2, 2550, ["Large", "No <i>onions"]), Item("Água & gás", 1, 99)]
    return OrderFacts(uuid.UUID(int=7), "Cantina <da> Ana", 5199, items, detail)


def about(kind: Kind) -> OrderFacts | None:
    return order(reason="insufficient funds", amount_cents=99) if kind in OF_ORDERS else None


@pytest.mark.parametrize("language", LANGUAGES.values())
@pytest.mark.parametrize("kind", Kind)
def test_each_mail_has_a_subject_and_its_link_once(kind: Kind, language: str) -> None:
    said = letter(kind, language, LINK if kind in LINKED else "", about(kind), host="hooks.example")
    assert (kind in OF_ENDPOINTS) == ("hooks.example" in said.subject)
    assert said.subject
    assert "\n" not in said.subject
    assert "%" not in said.subject + said.text
    assert said.text.splitlines().count(LINK) == said.html.count(LINK) == (kind in LINKED)
    assert said.text.endswith("\n")
    assert "\n\n\n" not in said.text


@pytest.mark.parametrize("kind", Kind)
def test_it_is_translated(kind: Kind) -> None:
    english, portuguese = (letter(kind, language, LINK, about(kind)) for language in ("en", "pt_BR"))
    assert english.subject != portuguese.subject
    assert not set(english.text.split("\n\n")) & set(portuguese.text.split("\n\n")) - {LINK, LINK + "\n", ""}


def test_what_a_mail_says_about_the_end_of_its_link_is_so() -> None:
    assert LIVES == {Purpose.VERIFY: 24 * 3600, Purpose.RESET: 3600, Purpose.JOIN: 7 * 24 * 3600}
    assert "for a day" in letter(Kind.CONFIRM_ADDRESS, "en", LINK).text
    for kind in (Kind.ACCOUNT_EXISTS, Kind.RESET_PASSWORD):
        assert "within an hour" in letter(kind, "en", LINK).text
    for kind in (Kind.STAFF_INVITED, Kind.OPERATOR_INVITED):
        assert "within seven days" in letter(kind, "en", LINK).text


def test_a_link_leads_to_the_page_of_its_purpose() -> None:
    assert address(Kind.CONFIRM_ADDRESS, "KKK", "https://shop.example/") == LINK
    assert address(Kind.ACCOUNT_EXISTS, "KKK", "") == "/reset?token=KKK"
    assert order_address(Kind.ORDER_PAID, order(), "https://shop.example/").endswith(f".example/orders/{order().id}")
    for kind in (Kind.NEW_ORDER, Kind.ORDER_MISSED):
        assert order_address(kind, order(), "https://shop.example") == "https://shop.example/board"


def test_a_mail_about_an_endpoint_leads_to_its_page() -> None:
    assert endpoint_address(uuid.UUID(int=7), "https://shop.example/").endswith(f".example/webhooks/{uuid.UUID(int=7)}")


def test_a_mail_about_an_order_lists_it_in_both_forms() -> None:
    said = letter(Kind.ORDER_PLACED, "pt_BR", LINK, order())
    assert "2 × Pizza <b> (Large, No <i>onions)  R$\xa051,00" in said.text
    assert "Large, No &lt;i&gt;onions" in said.html
    assert "Total  R$\xa051,99" in said.text
    assert "2 × Pizza &lt;b&gt;" in said.html
    assert "Água &amp; gás" in said.html
    assert "<da>" not in said.html
    assert "<b>" not in said.html


def test_what_the_event_does_not_say_is_left_out() -> None:
    assert "says: no funds" in letter(Kind.ORDER_DECLINED, "en", LINK, order(reason="no funds")).text
    assert "says" not in letter(Kind.ORDER_DECLINED, "en", LINK, order()).text


def test_an_order_for_later_says_when_in_the_zone_of_its_shop() -> None:
    planned = replace(order(scheduled_for="2026-12-01T02:30:00+00:00"), time_zone="America/Sao_Paulo")
    assert "Mon, November 30, 11:30" in letter(Kind.ORDER_SCHEDULED, "en", LINK, planned).text
    assert "seg., 30 de novembro, 23:30" in letter(Kind.ORDER_SCHEDULED, "pt_BR", LINK, planned).text


def test_a_refund_says_how_much() -> None:
    assert letter(Kind.ORDER_REFUNDED, "en", LINK, order(amount_cents=1234)).subject.startswith("R$12.34")


def test_a_refund_in_part_says_why_in_the_language_of_its_reader() -> None:
    about_it = order(amount_cents=500, reason="Missing in the order: 1 × Pizza.")
    assert "Por quê: Faltou no pedido: 1 × Pizza." in letter(Kind.ORDER_REFUNDED, "pt_BR", LINK, about_it).text
    assert "Why: Missing in the order: 1 × Pizza." in letter(Kind.ORDER_REFUNDED, "en", LINK, about_it).text


@pytest.mark.parametrize("kind", OF_ORDERS)
def test_only_what_is_not_owed_can_be_refused(kind: Kind) -> None:
    said = letter(kind, "en", LINK, about(kind), REFUSE)
    assert (REFUSE in said.text.splitlines()) == (REFUSE in said.html) == (kind in NOT_OWED)


def test_a_name_of_a_shop_breaks_no_header() -> None:
    made = order()
    evil = OrderFacts(made.id, "Cantina\r\nBcc: all@example.org", made.total_cents, made.items, {})
    assert letter(Kind.ORDER_PAID, "en", LINK, evil).subject.isprintable()
