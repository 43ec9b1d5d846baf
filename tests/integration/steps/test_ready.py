"""A merchant says that an order can be fetched: once, while it prepares it, and the order goes on as before."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import READY, Actor, Refusal, Status
from pedidos.steps.cancel import cancel
from pedidos.steps.fulfil import accept, advance, make_ready
from pedidos.storage.orders import board
from pedidos.storage.orders.reading import read
from tests.integration.steps.line import Line
from tests.support.shop import Product
from tests.support.tables import check, events_of, statuses

BY = "merchant:cantina"


@pytest.fixture
def order(line: Line, products: list[Product]) -> UUID:
    """One that is being prepared."""
    (made,) = line.confirmed(products[0])
    accept(line.engine, made, BY, 0)
    return made


def test_it_is_said_once_and_the_order_goes_on(
    engine: Engine, merchant: UUID, order: UUID, products: list[Product]
) -> None:
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: make_ready(engine, order, BY), range(8)))
    assert set(outcomes) == {Status.PREPARING}
    (told,) = (event for event in events_of(engine, order) if event.type == READY)
    assert (told.status, told.detail) == ("preparing", {"by": BY})
    found, ticket = read(engine, order), board.ticket(engine, merchant, order)
    assert found is not None
    assert ticket is not None
    assert (found.ready_at, ticket.ready_at) == (told.occurred_at, told.occurred_at)
    for target in (Status.ON_ITS_WAY, Status.DELIVERED):
        assert advance(engine, order, target, BY) is target
    assert statuses(engine, [order]) == ["delivered"]
    check(engine, products)


def test_only_what_is_being_prepared_becomes_ready(
    engine: Engine, line: Line, order: UUID, products: list[Product]
) -> None:
    (confirmed,) = line.confirmed(products[0])
    advance(engine, order, Status.ON_ITS_WAY, BY)
    (undone,) = line.confirmed(products[0])
    cancel(engine, undone, Actor.MERCHANT, BY)
    for each, state in ((confirmed, "confirmed"), (order, "on_its_way"), (undone, "cancelled")):
        outcome = make_ready(engine, each, BY)
        assert isinstance(outcome, Refusal)
        assert str(outcome.reason) == f"Only an order that is being prepared becomes ready. This one is {state}."
        assert all(event.type != READY for event in events_of(engine, each))
    with pytest.raises(LookupError):
        make_ready(engine, uuid4(), BY)
    line.undo([undone])
    check(engine, products)


def test_an_order_that_was_ready_can_still_be_cancelled(
    engine: Engine, line: Line, order: UUID, products: list[Product]
) -> None:
    make_ready(engine, order, BY)
    assert cancel(engine, order, Actor.MERCHANT, BY) is Status.CANCELLED
    line.undo([order])
    assert events_of(engine, order)[-1].type == "order.refunded"
    check(engine, products)
