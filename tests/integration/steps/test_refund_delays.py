"""Money that waits because the payment gateway fails on its way back: its order is told why, once for each trouble."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, Row

from pedidos.domain.order import REFUND_DELAYED, Actor, Status
from pedidos.domain.payment import Answer, Trouble, Verdict
from pedidos.payments.lines import HELD_BACK, LATE
from pedidos.steps.cancel import cancel
from pedidos.steps.fulfil import accept
from pedidos.storage.payments import refund_delays
from tests.integration.steps.line import BY, Line
from tests.integration.steps.scripted import RETURNED, UNKNOWN, ScriptedGateway
from tests.integration.steps.test_refunds import due, given
from tests.support.shop import Product
from tests.support.tables import change, check, events_of, rows

ERRORS = Answer(Verdict.UNKNOWN, reason="HTTP 500: not JSON", trouble=Trouble.ERRORS)
REFUNDED = Answer(Verdict.REFUNDED, reference="ref-1")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trouble is news from its first moment on."""
    monkeypatch.setattr(refund_delays, "TELL_AFTER_SECONDS", 0.0)


def delays(engine: Engine, order_id: UUID) -> list[Row[Any]]:
    return [event for event in events_of(engine, order_id) if event.type == REFUND_DELAYED]


def cancelled(line: Line, product: Product) -> UUID:
    (order_id,) = line.confirmed(product)
    assert cancel(line.engine, order_id, Actor.CUSTOMER, "customer") is Status.CANCELLED
    return order_id


def asked(line: Line, order_id: UUID, *answers: Answer) -> None:
    """The gateway is asked to undo the charge, and answers so each time."""
    for answer in answers:
        due(line.engine)
        line.gateway.will_say(order_id, answer)
        line.undo([order_id])


@pytest.mark.usefixtures("at_once")
def test_an_undone_order_is_told_once_for_each_trouble(engine: Engine, line: Line, products: list[Product]) -> None:
    order_id = cancelled(line, products[0])
    asked(line, order_id, ERRORS, UNKNOWN, ERRORS, HELD_BACK, ERRORS, LATE, HELD_BACK, LATE)
    told = delays(engine, order_id)
    assert [event.detail for event in told] == [
        {"by": BY, "cause": "provider_errors", "reason": "The payment provider answers with errors."},
        {"by": BY, "cause": "provider_away", "reason": "The payment provider cannot be reached."},
        {"by": BY, "cause": "provider_silent", "reason": "The payment provider does not answer."},
    ]
    assert {event.status for event in told} == {Status.CANCELLED}
    asked(line, order_id, REFUNDED)
    assert events_of(engine, order_id)[-1].type == "order.refunded"
    assert len(delays(engine, order_id)) == 3
    check(engine, products)


def test_what_is_over_soon_is_no_news(engine: Engine, line: Line, products: list[Product]) -> None:
    order_id = cancelled(line, products[0])
    (part_of,) = line.confirmed(products[0])
    accept(engine, part_of, "cantina", 0)
    given(engine, part_of, 300)
    line.gateway.will_say_of_parts(part_of, ERRORS, RETURNED)
    asked(line, order_id, ERRORS, REFUNDED)
    for _ in range(2):
        due(engine)
        line.refund([part_of])
    assert delays(engine, order_id) + delays(engine, part_of) == []


@pytest.mark.usefixtures("at_once")
def test_each_part_is_told_of_each_trouble(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.confirmed(products[0])
    accept(engine, order_id, "cantina", 0)
    first, second = given(engine, order_id, 300), given(engine, order_id, 200)
    gateway.will_say_of_parts(order_id, *[ERRORS] * 8, LATE, LATE)
    for _ in range(6):
        due(engine)
        line.refund([order_id])
    told = delays(engine, order_id)
    assert [(event.detail["refund"], event.detail["amount_cents"], event.detail["cause"]) for event in told] == [
        (str(first.id), 300, "provider_errors"),
        (str(second.id), 200, "provider_errors"),
        (str(first.id), 300, "provider_silent"),
    ]
    assert {event.status for event in told} == {Status.PREPARING}
    paid = rows(engine, "select status from refunds where order_id = :id", id=order_id)
    assert {row.status for row in paid} == {"refunded"}
    check(engine, products)


@pytest.mark.usefixtures("at_once")
def test_an_order_that_another_session_holds_is_told_with_the_next_attempt(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    order_id = cancelled(line, products[0])
    with engine.begin() as other:
        other.exec_driver_sql("select from orders where id = %(id)s for update", {"id": order_id})
        asked(line, order_id, ERRORS)
        assert delays(engine, order_id) == []
    asked(line, order_id, ERRORS)
    assert len(delays(engine, order_id)) == 1


@pytest.mark.usefixtures("at_once")
def test_a_worker_that_was_overtaken_says_nothing(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    """Its order has its money by then."""
    order_id = cancelled(line, products[0])

    def overtaken(_: str) -> None:
        gateway.before_answer = lambda _: None
        change(engine, "update payments set lease_until = clock_timestamp() - interval '1 second'")
        asked(line, order_id, REFUNDED)
        gateway.will_say(order_id, ERRORS)

    gateway.before_answer = overtaken
    asked(line, order_id, ERRORS)
    assert events_of(engine, order_id)[-1].type == "order.refunded"
    assert delays(engine, order_id) == []
    check(engine, products)
