"""Migration 0005: items that are there get the name of their product, and so do those of processes of before."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.storage.migrations import migrate
from tests.support.tables import change, rows

BEFORE = "0004"
ITEM = (
    "insert into order_items (order_id, position, product_id, quantity, unit_price_cents)"
    " select orders.id, :position, products.id, 1, 100 from orders, products where products.name = :product"
)


@pytest.fixture
def old(empty: Engine) -> UUID:
    """The database before the migration, with an order of two items; its id."""
    migrate(empty, BEFORE)
    order_id = uuid4()
    for statement in (
        "insert into merchants (name) values ('Mercado')",
        "insert into products (merchant_id, name, price_cents)"
        " select id, unnest(array['Pão', 'Leite']), 100 from merchants",
        "insert into accounts (email, name, role, password_hash) values ('ana@example.org', 'Ana', 'customer', '!')",
    ):
        change(empty, statement)
    change(
        empty,
        "insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at,"
        " updated_at) select :id, accounts.id, merchants.id, 'received', 1, 200, 'tok_ok', now(), now()"
        " from accounts, merchants",
        id=order_id,
    )
    change(empty, ITEM, position=1, product="Pão")
    change(empty, ITEM, position=2, product="Leite")
    return order_id


def names(engine: Engine, order_id: UUID) -> list[str]:
    found = rows(engine, "select name from order_items where order_id = :id order by position", id=order_id)
    return [row.name for row in found]


def test_items_that_are_there_get_the_name_of_their_product(empty: Engine, old: UUID) -> None:
    migrate(empty)
    change(empty, "update products set name = 'Leite integral' where name = 'Leite'")
    assert names(empty, old) == ["Pão", "Leite"]


def test_items_of_a_process_that_does_not_know_the_column_get_it_too(empty: Engine, old: UUID) -> None:
    migrate(empty)
    change(empty, ITEM, position=3, product="Leite")
    assert names(empty, old) == ["Pão", "Leite", "Leite"]
