"""Who gets an order is personal data: it goes some days after the order's end, and the order stays."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.order import ENDS, IN_FLIGHT, SETTLED, Status
from pedidos.domain.pricing import LineKind
from pedidos.storage.accounts import addresses, erasing, exporting
from pedidos.storage.accounts.addresses import SavedAddress, TooManyAddresses
from pedidos.storage.orders import contacts
from pedidos.storage.orders.detaching import detach_old
from pedidos.storage.orders.placing import place
from pedidos.storage.orders.reading import read
from tests.support.delivery import NAMES, contact, delivers, delivery
from tests.support.shop import Product, make_customer, order_of
from tests.support.tables import change, rows

DAYS = 7


@pytest.fixture(autouse=True)
def delivering(engine: Engine, products: list[Product]) -> None:
    delivers(engine, products[0].merchant_id)


def delivered(engine: Engine, customer: UUID, product: Product, status: Status, days: float) -> UUID:
    """An order with a contact that came into this state that many days ago."""
    placed = place(engine, replace(order_of(customer, product), extras=delivery())).order_id
    (row,) = rows(engine, "select uuidv7(make_interval(secs => :s)) as id", s=-(days + 1) * 86400)
    change(
        engine,
        "insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at,"
        " updated_at) select :new, customer_id, merchant_id, :status, version, total_cents, payment_token,"
        " created_at - make_interval(secs => :s), updated_at - make_interval(secs => :s) from orders where id = :id",
        id=placed,
        new=row.id,
        status=status,
        s=days * 86400,
    )
    for table in ("order_items", "order_lines", "order_contacts"):
        change(engine, f"update {table} set order_id = :new where order_id = :id", id=placed, new=row.id)  # noqa: S608
    change(engine, "delete from idempotency_keys")
    change(engine, "delete from order_events where order_id = :id", id=placed)
    change(engine, "delete from orders where id = :id", id=placed)
    found: UUID = row.id
    return found


def has_contact(engine: Engine, order_id: UUID) -> bool:
    return bool(rows(engine, "select from order_contacts where order_id = :id", id=order_id))


@pytest.mark.parametrize("status", ENDS)
def test_the_contact_goes_some_days_after_the_end_and_the_order_stays(
    engine: Engine, customer: UUID, products: list[Product], status: Status
) -> None:
    due = delivered(engine, customer, products[0], status, DAYS + 0.1)
    recent = delivered(engine, customer, products[0], status, DAYS - 0.1)
    assert contacts.erase_old(engine, DAYS, 10) == 1
    assert not has_contact(engine, due)
    assert has_contact(engine, recent)
    found = read(engine, due)
    assert found is not None
    assert found.contact is None
    assert [line.kind for line in found.lines] == [LineKind.DELIVERY_FEE]
    assert contacts.erase_old(engine, DAYS, 10) == 0


def test_an_order_that_is_alive_keeps_its_contact_however_old_it_is(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    alive = [delivered(engine, customer, products[0], status, 400) for status in {*IN_FLIGHT, *SETTLED} - {*ENDS}]
    assert contacts.erase_old(engine, DAYS, 100) == 0
    assert all(has_contact(engine, order_id) for order_id in alive)


def test_no_more_are_erased_at_once_than_asked_for(engine: Engine, customer: UUID, products: list[Product]) -> None:
    for _ in range(3):
        delivered(engine, customer, products[0], Status.DELIVERED, 30)
    assert [contacts.erase_old(engine, DAYS, 2) for _ in range(3)] == [2, 1, 0]


def test_an_order_that_loses_its_customer_has_no_contact_left(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    order_id = delivered(engine, customer, products[0], Status.DELIVERED, 400)
    assert detach_old(engine, 365, 10) == 1
    assert not has_contact(engine, order_id)


def test_an_erased_account_leaves_no_address_anywhere(engine: Engine, customer: UUID, products: list[Product]) -> None:
    other = make_customer(engine)
    own = delivered(engine, customer, products[0], Status.DELIVERED, 1)
    others = delivered(engine, other, products[0], Status.DELIVERED, 1)
    for account in (customer, other):
        addresses.save(engine, account, SavedAddress(UUID(int=1), "Home", contact()))
    erasing.erase(engine, customer, Who())
    assert (has_contact(engine, own), has_contact(engine, others)) == (False, True)
    assert addresses.of_account(engine, customer) == []
    assert len(addresses.of_account(engine, other)) == 1


def test_the_copy_of_what_is_stored_has_addresses_and_contacts(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    order = place(engine, replace(order_of(customer, products[0]), extras=delivery(tip_cents=5)))
    addresses.save(engine, customer, SavedAddress(UUID(int=1), "Home", contact()))
    (saved,) = exporting.all_but_orders(engine, customer)["addresses"]
    assert saved["label"] == "Home"
    (found,) = exporting.orders(engine, customer, None, 10)
    assert found.id == order.order_id
    for document in (saved, found.document):
        assert all(name in str(document) for name in NAMES)
    assert [line["kind"] for line in found.document["lines"]] == ["delivery_fee", "tip"]


def test_saved_addresses_are_the_accounts_own_and_have_a_limit(engine: Engine, customer: UUID) -> None:
    other = make_customer(engine)
    for number in range(addresses.MOST):
        addresses.save(engine, customer, SavedAddress(UUID(int=number), f"No. {number}", contact()))
    addresses.save(engine, customer, SavedAddress(UUID(int=3), "Changed", contact()))  # no new one
    with pytest.raises(TooManyAddresses):
        addresses.save(engine, customer, SavedAddress(UUID(int=99), "One more", contact()))
    addresses.save(engine, other, SavedAddress(UUID(int=3), "Theirs", contact()))
    labels = [each.label for each in addresses.of_account(engine, customer)]
    assert labels == ["No. 0", "No. 1", "No. 2", "Changed", *(f"No. {n}" for n in range(4, addresses.MOST))]
    assert not addresses.forget(engine, other, UUID(int=4))
    assert addresses.forget(engine, customer, UUID(int=4))
    assert not addresses.forget(engine, customer, UUID(int=4))
    assert [each.label for each in addresses.of_account(engine, other)] == ["Theirs"]
