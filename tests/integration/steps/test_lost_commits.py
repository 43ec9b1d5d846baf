"""A step's commit is done and its answer is lost: the step does its work again, and that changes nothing."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import Actor
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.steps.cancel import cancel
from pedidos.steps.confirm import confirm
from pedidos.steps.expire import expire
from pedidos.steps.reserve import reserve
from pedidos.steps.validate import validate
from pedidos.storage.engine import make_engine
from tests.integration.steps.line import AT_ONCE, BY, Line
from tests.integration.steps.scripted import DECLINED, SPARED, UNKNOWN, ScriptedGateway
from tests.support.shop import Product
from tests.support.tables import change, check, rows, statuses, stock_of
from tests.support.wire import COMMIT, Wire

MOVING = b"update orders o"


@pytest.fixture
def far(wire: Wire, gateway: ScriptedGateway, customer: UUID) -> Iterator[Line]:
    """The steps over a wire that can lose answers."""
    engine = make_engine(DatabaseSettings(database_url=wire.url, database_pool=1), "tests")
    yield Line(engine, gateway, customer)
    engine.dispose()


def test_no_order_is_moved_twice(
    engine: Engine, line: Line, far: Line, wire: Wire, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (placed,), (valid,), (paid,) = line.placed(products[0]), line.validated(products[0]), line.paid(products[0])
    reserved, refused = line.uncharged(products[0], count=2)
    gateway.will_say(refused, DECLINED)
    steps = (
        (lambda: validate(far.engine, [placed], BY), MOVING, placed, "validated"),
        (lambda: reserve(far.engine, [valid], BY), COMMIT, valid, "reserved"),
        (lambda: far.charge([reserved]), MOVING, reserved, "charging"),
        (lambda: far.charge([refused]), COMMIT, refused, "declined"),
        (lambda: confirm(far.engine, [paid], BY), MOVING, paid, "confirmed"),
        (lambda: expire(far.engine, [valid], BY, AT_ONCE), COMMIT, valid, "expired"),
        (lambda: cancel(far.engine, paid, Actor.CUSTOMER, "ana"), COMMIT, paid, "cancelled"),
    )
    for step, asked_with, order_id, state in steps:
        wire.lose(1, asked_with)
        step()
        assert wire.proxy.answers_to_lose == 0
        assert statuses(engine, [order_id]) == [state]
    check(engine, products)
    assert stock_of(engine, products[0]) == (999, 1, 0)


@pytest.mark.parametrize(("answer", "counted"), [(UNKNOWN, 1), (SPARED, 0)])
def test_an_attempt_is_counted_once(
    engine: Engine,
    line: Line,
    far: Line,
    wire: Wire,
    gateway: ScriptedGateway,
    products: list[Product],
    answer: object,
    counted: int,
) -> None:
    (order_id,) = line.uncharged(products[0])
    gateway.will_say(order_id, answer)  # type: ignore[arg-type]
    wire.lose(1, COMMIT)
    far.charge([order_id])
    assert wire.proxy.answers_to_lose == 0
    (payment,) = rows(engine, "select attempts, reason from payments")
    assert tuple(payment) == (counted, answer.reason)  # type: ignore[attr-defined]


def test_money_is_given_back_and_reported_once(
    engine: Engine, line: Line, far: Line, wire: Wire, products: list[Product]
) -> None:
    (order_id,) = line.paid(products[0])
    cancel(engine, order_id, Actor.CUSTOMER, "ana")
    change(engine, "update payments set next_attempt = clock_timestamp()")
    # The first of its transactions is that which takes the payment over: the lease is lost, not the money.
    wire.lose(1, COMMIT)
    far.undo([order_id])
    change(engine, "update payments set next_attempt = clock_timestamp()")
    far.undo([order_id])
    assert wire.proxy.answers_to_lose == 0
    assert [row.type for row in rows(engine, "select type from order_events where type = 'order.refunded'")] == [
        "order.refunded"
    ]
    check(engine, products)
