"""Which mails events of orders make: one for each event and account, for those who may get it."""

import uuid
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.acceptance import NOT_ACCEPTED
from pedidos.domain.audit import Who
from pedidos.domain.mails import ORDER_MAILS, OrderMail, mails_about
from pedidos.domain.order import Status, event_type
from pedidos.storage.mails import of_orders, refusals
from pedidos.storage.mails.of_orders import Happened
from tests.integration.notifier.conftest import MakeSending, Person, add_person
from tests.support.postbox import Postbox, plain
from tests.support.shop import Product, place_order
from tests.support.tables import change, rows

PLACED, PAID, CONFIRMED = (ORDER_MAILS[event_type(each)] for each in (Status.RECEIVED, Status.PAID, Status.CONFIRMED))
MOST = 20
WRITTEN = "select kind, recipient, order_id, version, language from mails order by created_at, version, recipient"


def happened(
    person: Person,
    mail: OrderMail,
    version: int = 1,
    merchant: UUID | None = None,
    order: UUID | None = None,
    **ago: int,
) -> Happened:
    at = datetime.now(UTC) - timedelta(**ago)
    return Happened(order or uuid.uuid4(), version, person.id, merchant or uuid.uuid4(), at, mail)


def write(engine: Engine, happened: list[Happened], language: str) -> int:
    return of_orders.write(engine, happened, language, MOST)


def test_an_event_that_comes_again_makes_no_second_mail(engine: Engine, person: Person) -> None:
    first, second = happened(person, PLACED), happened(person, PAID, 5)
    assert write(engine, [first, second], "en") == 2
    assert write(engine, [second, first], "en") == 0
    assert write(engine, [first, second, happened(person, PAID, 5)], "en") == 1
    found = [(row.kind, row.recipient) for row in rows(engine, WRITTEN)]
    assert found == [("order_placed", person.email), ("order_paid", person.email), ("order_paid", person.email)]


def test_each_account_of_the_merchant_is_told(engine: Engine, person: Person, merchant: UUID) -> None:
    staff = [add_person(engine, "merchant", merchant) for _ in range(2)]
    assert write(engine, [happened(person, CONFIRMED, 6, merchant)], "pt_BR") == 2
    assert sorted(row.recipient for row in rows(engine, WRITTEN)) == sorted(each.email for each in staff)


def test_a_missed_order_is_told_to_its_customer_and_its_merchant(
    engine: Engine, person: Person, merchant: UUID
) -> None:
    staff, order = add_person(engine, "merchant", merchant), uuid.uuid4()
    made = mails_about(event_type(Status.CANCELLED), NOT_ACCEPTED)
    assert write(engine, [happened(person, mail, 7, merchant, order) for mail in made], "en") == 2
    found = {(row.kind, row.recipient) for row in rows(engine, WRITTEN)}
    assert found == {("order_cancelled", person.email), ("order_missed", staff.email)}
    assert write(engine, [happened(person, mail, 7, merchant, order) for mail in made], "en") == 0


@pytest.mark.parametrize("spoiling", ["verified_at = null", "active = false"])
def test_an_address_that_is_not_confirmed_gets_no_mail(engine: Engine, person: Person, spoiling: str) -> None:
    change(engine, f"update accounts set {spoiling} where id = :id", id=person.id)  # noqa: S608  # of this test
    assert write(engine, [happened(person, PLACED)], "en") == 0


def test_who_refuses_gets_what_is_owed(engine: Engine, person: Person) -> None:
    refusals.refuse(engine, person.id, Who(account_id=person.id))
    assert write(engine, [happened(person, PLACED), happened(person, PAID)], "en") == 1
    assert [row.kind for row in rows(engine, WRITTEN)] == ["order_placed"]
    refusals.accept(engine, person.id, Who(account_id=person.id))
    assert write(engine, [happened(person, PAID)], "en") == 1


def test_what_is_no_news_makes_no_mail(engine: Engine, person: Person) -> None:
    assert write(engine, [happened(person, PLACED, hours=25)], "en") == 0
    change(engine, "update order_mails set since = now()")
    try:
        assert write(engine, [happened(person, PLACED, seconds=5)], "en") == 0
    finally:
        change(engine, "update order_mails set since = now() - interval '1 day'")
    assert write(engine, [happened(person, PLACED, seconds=5)], "en") == 1


def test_a_mailbox_is_not_flooded(engine: Engine, person: Person) -> None:
    other = add_person(engine)
    many = [happened(person, PLACED) for _ in range(MOST - 3)]
    assert write(engine, many, "en") == MOST - 3
    more = [happened(person, PLACED) for _ in range(9)]
    assert write(engine, [*more, happened(other, PLACED)], "en") == 3 + 1
    assert write(engine, [happened(person, PLACED)], "en") == 0


def test_the_language_is_that_of_the_newest_mail(engine: Engine, person: Person) -> None:
    write(engine, [happened(person, PLACED)], "en")
    change(
        engine,
        "insert into mails (id, account_id, kind, recipient, language, created_at)"
        " values (gen_random_uuid(), :id, 'password_changed', :email, 'pt_BR', now() + interval '1 second')",
        id=person.id,
        email=person.email,
    )
    write(engine, [happened(person, PAID)], "en")
    assert [row.language for row in rows(engine, WRITTEN) if row.order_id] == ["en", "pt_BR"]


def test_it_says_what_was_ordered_and_can_be_refused_with_one_click(
    engine: Engine, person: Person, products: list[Product], sending: MakeSending, postbox: Postbox
) -> None:
    order = place_order(engine, person.id, products[1], 3).order_id
    shop = products[1].merchant_id
    write(engine, [happened(person, PLACED, 1, shop, order), happened(person, PAID, 5, shop, order)], "en")
    sender = sending()
    sender.until(lambda: sender.states() == {"sent": 2})
    placed, paid = sorted(postbox.mails(person.email), key=lambda mail: str(mail["Message-ID"]))
    assert placed["Subject"] == "We have your order at Cantina"
    assert "3 × Pizza  R$76.50" in plain(placed)
    assert f"https://shop.example/orders/{order}" in plain(placed).splitlines()
    assert placed["List-Unsubscribe"] is None
    assert placed["Message-ID"].startswith(f"<{order}.1.")
    assert "https://shop.example/unsubscribe?token=" in paid["List-Unsubscribe"]
    assert paid["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
