"""An order that waits because the payment gateway fails is told why: an event for each trouble, once."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, Row

from pedidos.domain.order import PAYMENT_DELAYED, Actor, Status
from pedidos.domain.payment import Answer, Trouble, Verdict
from pedidos.errors import ConstraintViolated
from pedidos.payments.lines import HELD_BACK, LATE
from pedidos.steps.cancel import cancel
from pedidos.storage.orders.reading import read
from tests.integration.steps.line import BY, TERMS, Line
from tests.integration.steps.payments import payments_are_due
from tests.integration.steps.scripted import CAPTURED, UNKNOWN, ScriptedGateway
from tests.support.shop import Product
from tests.support.tables import change, check, events_of, rows

ERRORS = Answer(Verdict.UNKNOWN, reason="HTTP 500: not JSON", trouble=Trouble.ERRORS)


def delays(engine: Engine, order_id: UUID) -> list[Row[Any]]:
    return [event for event in events_of(engine, order_id) if event.type == PAYMENT_DELAYED]


def waiting(line: Line, engine: Engine, product: Product, *, seconds: float = 6) -> UUID:
    """An order whose payment was begun so long ago, and had an answer of our own trouble since."""
    (order_id,) = line.uncharged(product)
    line.gateway.will_say(order_id, UNKNOWN)
    line.charge([order_id])
    change(engine, "update payments set created_at = created_at - :s * interval '1 second'", s=seconds)
    return order_id


def asked(line: Line, engine: Engine, order_id: UUID, *answers: Answer) -> None:
    """The gateway is asked again, and answers so each time."""
    for answer in answers:
        payments_are_due(engine)
        line.gateway.will_say(order_id, answer)
        line.charge([order_id])


def test_it_is_told_once_for_each_trouble(engine: Engine, line: Line, products: list[Product]) -> None:
    order_id = waiting(line, engine, products[0])
    assert delays(engine, order_id) == []
    asked(line, engine, order_id, ERRORS, ERRORS, HELD_BACK, ERRORS, LATE, HELD_BACK, LATE, ERRORS)
    told = delays(engine, order_id)
    assert [event.detail["cause"] for event in told] == ["provider_errors", "provider_away", "provider_silent"]
    assert [event.detail["reason"] for event in told] == [
        "The payment provider answers with errors.",
        "The payment provider cannot be reached.",
        "The payment provider does not answer.",
    ]
    (payment,) = rows(engine, "select * from payments where order_id = :id", id=order_id)
    for event in told:
        assert event.detail["by"] == BY
        assert event.status == Status.CHARGING
        until = datetime.fromisoformat(event.detail["until"])
        assert (until - payment.asked_at).total_seconds() == pytest.approx(TERMS.deadline, abs=1)
    assert payment.delays == [event.detail["cause"] for event in told]
    with pytest.raises(ConstraintViolated):
        change(engine, "update payments set delays = array_append(delays, 'more')")
    # The order goes on as if nothing had been said.
    asked(line, engine, order_id, CAPTURED)
    order = read(engine, order_id)
    assert order is not None
    assert order.summary.status in (Status.PAID, Status.CONFIRMED)
    assert len(delays(engine, order_id)) == 3
    check(engine, products)


def test_an_order_that_hardly_waits_is_told_nothing(engine: Engine, line: Line, products: list[Product]) -> None:
    order_id = waiting(line, engine, products[0], seconds=1)
    asked(line, engine, order_id, ERRORS, LATE, HELD_BACK, CAPTURED)
    assert delays(engine, order_id) == []
    (payment,) = rows(engine, "select delays from payments where order_id = :id", id=order_id)
    assert payment.delays is None


def test_what_is_not_the_gateways_trouble_is_not_said(engine: Engine, line: Line, products: list[Product]) -> None:
    order_id = waiting(line, engine, products[0])
    asked(line, engine, order_id, UNKNOWN, UNKNOWN)
    assert delays(engine, order_id) == []


def test_a_gateway_that_was_never_reached_is_asked_until_the_limit(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])
    line.gateway.will_say(order_id, HELD_BACK)
    line.charge([order_id])
    change(engine, "update payments set created_at = created_at - interval '6 seconds'")
    asked(line, engine, order_id, HELD_BACK)
    (told,) = delays(engine, order_id)
    (payment,) = rows(engine, "select * from payments where order_id = :id", id=order_id)
    until = datetime.fromisoformat(told.detail["until"])
    assert (until - payment.created_at).total_seconds() == pytest.approx(TERMS.limit, abs=1)


def test_an_order_that_another_session_holds_is_told_with_the_next_attempt(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    order_id = waiting(line, engine, products[0])
    with engine.begin() as other:
        other.exec_driver_sql("select from orders where id = %(id)s for update", {"id": order_id})
        asked(line, engine, order_id, ERRORS)
        assert delays(engine, order_id) == []
    asked(line, engine, order_id, ERRORS)
    assert len(delays(engine, order_id)) == 1


def test_an_order_that_was_cancelled_meanwhile_is_told_nothing(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = waiting(line, engine, products[0])

    def cancelled(_: str) -> None:
        gateway.before_answer = lambda _: None
        cancel(engine, order_id, Actor.CUSTOMER, "customer")

    gateway.before_answer = cancelled
    asked(line, engine, order_id, ERRORS)
    assert delays(engine, order_id) == []
    line.undo([order_id])
    check(engine, products)
