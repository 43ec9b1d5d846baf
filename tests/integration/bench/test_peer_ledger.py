"""The peers' ledger notices whatever is wrong with an order: lost, invented, unfinished, unpaid, without its stock."""

from collections.abc import Iterator
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from pedidos_bench.systems import peer_ledger, peer_shop

STOCK = 100
SCHEMA = "peers"
MERCHANT = uuid4()
PRODUCTS = (uuid4(), uuid4())


@pytest.fixture
def books(database_url: str) -> Iterator[str]:
    """The URL of a peer's tables, in a schema beside our own, with two products."""
    url = f"{database_url}?options={quote(f'-c search_path={SCHEMA}')}"
    with psycopg.connect(database_url) as connection:
        connection.execute(f"create schema {SCHEMA}")
    try:
        with psycopg.connect(url) as connection:
            peer_shop.make_tables(connection)
            connection.execute("insert into merchants (id, name) values (%s, 'Merchant')", [MERCHANT])
            for product in PRODUCTS:
                connection.execute(
                    "insert into products (id, merchant_id, name, price_cents) values (%s, %s, 'Product', 500)",
                    [product, MERCHANT],
                )
                connection.execute("insert into stock (product_id, on_hand) values (%s, %s)", [product, STOCK])
        yield url
    finally:
        with psycopg.connect(database_url) as connection:
            connection.execute(f"drop schema {SCHEMA} cascade")


@pytest.fixture
def order(books: str) -> str:
    """The id of a correct order: 2 × 5.00 and 3 × 7.00, confirmed, paid, its stock taken."""
    with psycopg.connect(books) as connection:
        row = connection.execute(
            """insert into orders (customer_id, merchant_id, status, total_cents, payment_token)
               values (%s, %s, 'confirmed', 3100, 'tok_ok') returning id""",
            [uuid4(), MERCHANT],
        ).fetchone()
        assert row is not None
        for position, (product, quantity, price) in enumerate(zip(PRODUCTS, (2, 3), (500, 700), strict=True), 1):
            connection.execute(
                "insert into order_items values (%s, %s, %s, %s, %s)", [row[0], position, product, quantity, price]
            )
            connection.execute(
                "update stock set on_hand = on_hand - %s, reserved = reserved + %s where product_id = %s",
                [quantity, quantity, product],
            )
        connection.execute("insert into payments (order_id, amount_cents) values (%s, 3100)", [row[0]])
    return str(row[0])


def test_nothing_is_wrong_with_an_order_that_is_as_it_should_be(books: str, order: str) -> None:
    assert peer_ledger.audit(books, [order], STOCK) == []


def test_an_order_that_was_accepted_and_is_not_there(books: str, order: str) -> None:
    lost = str(uuid4())
    assert peer_ledger.audit(books, [order, lost], STOCK) == [f"was accepted, but is not stored: {lost}"]


def test_an_order_whose_client_got_no_answer(books: str, order: str) -> None:
    assert peer_ledger.audit(books, [], STOCK) == [f"is stored, but no client got an answer: {order}"]


def test_an_id_that_was_given_twice(books: str, order: str) -> None:
    assert peer_ledger.audit(books, [order, order], STOCK) == [f"was accepted more than once: {order}"]


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("update orders set status = 'paid'", "is not confirmed but paid"),
        ("update orders set total_cents = 3000", "has a total that is not the price of its items"),
        ("delete from payments", "was paid 0 times"),
        (
            """alter table payments drop constraint payments_order_id_key;
               insert into payments (order_id, amount_cents) select order_id, amount_cents from payments""",
            "was paid 2 times",
        ),
        ("update payments set amount_cents = 3000", "was paid with an amount that is not its total"),
        ("update stock set on_hand = on_hand - 1", "has taken other stock than was ordered"),
        ("update stock set on_hand = on_hand + 1", "has taken other stock than was ordered"),
        ("update stock set reserved = reserved + 1", "has taken other stock than was ordered"),
        ("delete from order_items where position = 2", "has taken other stock than was ordered"),
    ],
)
def test_an_order_that_is_not_as_it_should_be(books: str, order: str, fault: str, finding: str) -> None:
    with psycopg.connect(books) as connection:
        connection.execute(fault.encode())
    assert finding in {each.partition(":")[0] for each in peer_ledger.audit(books, [order], STOCK)}


def test_of_many_alike_only_some_are_named(books: str) -> None:
    lost = [str(uuid4()) for _ in range(8)]
    assert peer_ledger.audit(books, lost, STOCK) == [
        f"was accepted, but is not stored: {', '.join(lost[:5])} and 3 more"
    ]
