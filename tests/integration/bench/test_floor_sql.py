"""The floor's statements write what the platform writes for an order: the same rows, events and balances."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine

from pedidos.domain.order import PATH, event_type
from pedidos_bench.measures.floor_sql import Incomplete, Shelf
from pedidos_bench.sql import charges
from pedidos_bench.systems import shop
from tests.support.shop import Product, make_customer, make_product
from tests.support.tables import check, rows

ORDERS = 25
BATCH = 10


@pytest.fixture
def catalogue(merchant: UUID, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[Product]:
    """A shop with as many products as the benchmark's."""
    products = [make_product(engine, merchant, price_cents=100 + number) for number in range(len(shop.PRODUCTS))]
    monkeypatch.setattr(shop, "MERCHANT", merchant)
    monkeypatch.setattr(shop, "PRODUCTS", [product.id for product in products])
    return products


@pytest.fixture
def shelf(catalogue: list[Product], engine: Engine, database_url: str) -> Iterator[Shelf]:  # noqa: ARG001  # it orders there
    charges.create_table(engine)
    with psycopg.connect(database_url, autocommit=True) as connection:
        try:
            yield Shelf(connection, [make_customer(engine) for _ in range(3)])
        finally:
            connection.execute("drop table bench_charges")


def test_orders_go_their_whole_way_and_everything_balances(
    shelf: Shelf, catalogue: list[Product], engine: Engine
) -> None:
    shelf.accept(ORDERS, BATCH)
    ids = [row.id for row in rows(engine, "select id from orders")]
    shelf.carry(ids)
    shelf.check(ORDERS)
    check(engine, catalogue)
    history = "select version, type, status from order_events where order_id = :id order by txid, seq"
    told = rows(engine, history, id=ids[0])
    assert [tuple(row) for row in told] == [
        (version, event_type(status), status) for version, status in enumerate(PATH, 1)
    ]


def test_orders_are_carried_once(shelf: Shelf, engine: Engine) -> None:
    shelf.accept(BATCH, BATCH)
    ids = [row.id for row in rows(engine, "select id from orders")]
    shelf.carry(ids)
    with pytest.raises(Incomplete):
        shelf.carry(ids)
    shelf.check(BATCH)


def test_what_is_not_finished_is_noticed(shelf: Shelf) -> None:
    shelf.accept(BATCH, BATCH)
    with pytest.raises(Incomplete):
        shelf.check(BATCH)
