"""Orders that ended long ago no longer say who placed them, and dead letters that were closed long ago go."""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.storage.dead_letters import letters, resolving
from pedidos.storage.dead_letters.retention import delete_closed
from pedidos.storage.orders.detaching import FORMER_CUSTOMERS, detach_old
from tests.support.shop import Product, make_customer, place_order
from tests.support.tables import change, rows, stock_of

DAYS = 1826


def customer_of(engine: Engine, order_id: UUID) -> UUID:
    (row,) = rows(engine, "select customer_id from orders where id = :id", id=order_id)
    found: UUID = row.customer_id
    return found


def old(engine: Engine, order_id: UUID, status: str = "delivered", *, events: bool = False) -> UUID:
    """The order as it is after six years. Returns its id, which says when it was placed."""
    (row,) = rows(engine, "select uuidv7(interval '-6 years') as id")
    if not events:
        change(engine, "delete from order_events where order_id = :id", id=order_id)
    change(
        engine,
        "insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at,"
        " updated_at) select :new, customer_id, merchant_id, :status, version, total_cents, payment_token, created_at,"
        " updated_at from orders where id = :id",
        id=order_id,
        new=row.id,
        status=status,
    )
    change(engine, "update order_items set order_id = :new where order_id = :id", id=order_id, new=row.id)
    change(engine, "delete from idempotency_keys")
    change(engine, "delete from orders where id = :id", id=order_id)
    found: UUID = row.id
    return found


def test_old_orders_lose_their_customer_and_nothing_else(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    other = make_customer(engine)
    before = [old(engine, place_order(engine, who, products[0], 3).order_id, "rejected") for who in (customer, other)]
    recent = place_order(engine, customer, products[0]).order_id
    change(engine, "update orders set status = 'rejected' where id = :id", id=recent)
    facts = "select id, merchant_id, status, total_cents, version, created_at from orders order by id"
    seen = rows(engine, facts)
    stock = stock_of(engine, products[0])
    assert detach_old(engine, DAYS, 1) == 1
    assert detach_old(engine, DAYS, 10) == 1
    assert detach_old(engine, DAYS, 10) == 0
    assert {customer_of(engine, order_id) for order_id in before} == {FORMER_CUSTOMERS}
    assert customer_of(engine, recent) == customer
    assert rows(engine, facts) == seen
    assert stock_of(engine, products[0]) == stock


@pytest.mark.parametrize("status", ["received", "charging", "confirmed", "on_its_way"])
def test_an_order_that_has_not_ended_keeps_its_customer(
    engine: Engine, customer: UUID, products: list[Product], status: str
) -> None:
    order_id = old(engine, place_order(engine, customer, products[0]).order_id, status)
    assert detach_old(engine, DAYS, 10) == 0
    assert customer_of(engine, order_id) == customer


def test_an_order_whose_money_is_on_its_way_back_keeps_its_customer(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    order_id = old(engine, place_order(engine, customer, products[0]).order_id, "cancelled")
    change(
        engine,
        "insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt)"
        " values (:id, 1000, 'undoing', 1, now(), 0, now())",
        id=order_id,
    )
    assert detach_old(engine, DAYS, 10) == 0


@pytest.mark.usefixtures("clean")
def test_closed_dead_letters_go_and_open_ones_stay(engine: Engine) -> None:
    for origin in ("closed long ago", "closed today", "open"):
        letters.write(engine, "bridge", origin, "not JSON")
    found = {letter.origin: letter.id for letter in letters.find(engine, letters.Filter(), 9)}
    for origin in ("closed long ago", "closed today"):
        assert resolving.resolve(engine, found[origin], "discard", Who(local_user="ana"), "foreign")
    change(engine, "update dead_letters set resolved_at = now() - interval '366 days' where origin = 'closed long ago'")
    change(engine, "update dead_letters set created_at = now() - interval '9 years' where origin = 'open'")
    assert delete_closed(engine, 365, 10) == 1
    assert {row.origin for row in rows(engine, "select origin from dead_letters")} == {"closed today", "open"}
    assert rows(engine, "select from dead_letter_actions where letter_id = :id", id=found["closed long ago"]) == []
