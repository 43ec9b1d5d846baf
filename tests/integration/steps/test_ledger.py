"""The ledger of the orders in flight: nothing while the steps work, and each violation once it is there."""

import pytest
from sqlalchemy import Engine

from pedidos.storage import ledger
from tests.integration.steps.line import Line
from tests.support.shop import Product
from tests.support.tables import change

CLEAN = {"stock": 0, "money": 0}


@pytest.fixture
def product(products: list[Product]) -> Product:
    return products[0]


def test_it_is_clean_with_orders_in_every_state(engine: Engine, line: Line, product: Product) -> None:
    for orders in (line.placed, line.validated, line.uncharged, line.paid, line.confirmed):
        orders(product, 2, 2)
        assert ledger.violations(engine) == CLEAN


@pytest.mark.parametrize("units", [1, -1])
def test_units_that_no_order_reserves_or_that_are_missing(
    engine: Engine, line: Line, product: Product, units: int
) -> None:
    line.uncharged(product, 2)
    moved = "update stock set reserved = reserved + :n, on_hand = on_hand - :n where product_id = :id"
    change(engine, moved, n=units, id=product.id)
    assert ledger.violations(engine) == {"stock": 1, "money": 0}


@pytest.mark.parametrize("statement", ["amount_cents = amount_cents - 1", "status = 'pending'"])
def test_a_paid_order_without_its_money(engine: Engine, line: Line, product: Product, statement: str) -> None:
    (order_id,) = line.paid(product)
    change(engine, f"update payments set {statement} where order_id = :id", id=order_id)  # noqa: S608
    assert ledger.violations(engine) == {"stock": 0, "money": 1}
