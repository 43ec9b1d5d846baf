"""What the provider says by webhook settles a charge once: before our own answer, after it, or in its place."""

import uuid
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import Actor, Status
from pedidos.domain.payment import Answer, Verdict, idempotency_key
from pedidos.errors import Held
from pedidos.payments.provider_events import CAPTURED, Capture, ProviderEvent
from pedidos.steps.cancel import cancel
from pedidos.steps.heard import Heard, hear
from pedidos.storage.dead_letters.letters import Filter, find
from pedidos.storage.orders import stalled
from tests.integration.steps.line import BY, Line
from tests.integration.steps.payments import payment, payments_are_due
from tests.integration.steps.scripted import DECLINED, UNKNOWN, ScriptedGateway
from tests.support.holding import held
from tests.support.shop import Product
from tests.support.tables import check, events_of, rows, statuses

REFERENCE = "pi_1"


def captured(order_id: UUID, amount_cents: int = 1000, event_id: str = "evt_1") -> ProviderEvent:
    capture = Capture(idempotency_key(order_id), order_id, amount_cents, "brl", REFERENCE)
    return ProviderEvent(event_id, CAPTURED, capture)


def told(engine: Engine) -> list[str]:
    """The reasons of the letters about events of the provider."""
    return [letter.reason for letter in find(engine, Filter(source="provider"), 9)]


def asked(line: Line, gateway: ScriptedGateway, product: Product) -> UUID:
    """An order whose charge has been asked for, without an answer."""
    (order_id,) = line.uncharged(product)
    gateway.will_say(order_id, UNKNOWN)
    line.charge([order_id])
    return order_id


def test_a_capture_settles_a_charge_whose_answer_was_lost(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = asked(line, gateway, products[0])
    assert hear(engine, captured(order_id), b"") is Heard.SETTLED
    assert statuses(engine, [order_id]) == ["paid"]
    assert payment(engine, order_id)[:2] == ("captured", 2)
    assert rows(engine, "select reference from payments")[0].reference == REFERENCE
    for _ in range(3):
        assert hear(engine, captured(order_id), b"") is Heard.KNOWN, "it comes again"
    assert [event.type for event in events_of(engine, order_id)].count("order.paid") == 1
    assert told(engine) == []
    check(engine, products)


def test_the_order_goes_on_at_the_next_look_of_the_watchdog(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = asked(line, gateway, products[0])
    assert hear(engine, captured(order_id), b"") is Heard.SETTLED
    assert [due.order_id for due in stalled.find(engine, [Status.PAID], 600, 10)] == [order_id]


def test_it_comes_before_our_own_answer(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])
    heard: list[Heard] = []
    gateway.before_answer = lambda _: heard.append(hear(engine, captured(order_id), b""))
    gateway.will_say(order_id, Answer(Verdict.CAPTURED, REFERENCE))
    assert line.charge([order_id]) == [], "the answer finds it settled"
    assert heard == [Heard.SETTLED]
    assert statuses(engine, [order_id]) == ["paid"]
    assert [event.type for event in events_of(engine, order_id)].count("order.paid") == 1
    check(engine, products)


@pytest.mark.parametrize("answer", [DECLINED, UNKNOWN])
def test_an_answer_that_comes_later_takes_nothing_back(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product], answer: Answer
) -> None:
    (order_id,) = line.uncharged(products[0])
    heard: list[Heard] = []
    gateway.before_answer = lambda _: heard.append(hear(engine, captured(order_id), b""))
    gateway.will_say(order_id, answer)
    line.charge([order_id])
    assert statuses(engine, [order_id]) == ["paid"]
    payments_are_due(engine)
    gateway.before_answer = lambda _: None
    assert line.charge([order_id]) == []
    assert payment(engine, order_id)[0] == "captured"
    check(engine, products)


def test_it_comes_after_our_own_answer(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])
    gateway.will_say(order_id, Answer(Verdict.CAPTURED, REFERENCE))
    line.charge([order_id])
    assert hear(engine, captured(order_id), b"") is Heard.KNOWN
    assert payment(engine, order_id) == ("captured", 1, 1)
    assert told(engine) == []


def test_money_of_a_cancelled_order_goes_back_though_the_capture_is_heard_late(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = asked(line, gateway, products[0])
    cancel(engine, order_id, Actor.CUSTOMER, BY)
    assert hear(engine, captured(order_id), b"") is Heard.KNOWN
    assert payment(engine, order_id)[0] == "undoing"
    gateway.will_say(order_id, Answer(Verdict.REFUNDED, REFERENCE))
    line.undo([order_id])
    assert hear(engine, captured(order_id), b"") is Heard.KNOWN
    assert payment(engine, order_id)[0] == "refunded"
    assert told(engine) == []
    check(engine, products)


def test_one_that_another_session_holds_comes_again(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = asked(line, gateway, products[0])
    before = payment(engine, order_id)
    with held(engine, "orders", "id", order_id), pytest.raises(Held):
        hear(engine, captured(order_id), b"")
    assert payment(engine, order_id) == before, "nothing was done, nor was the lease taken"
    assert hear(engine, captured(order_id), b"") is Heard.SETTLED


def test_what_fits_nothing_is_at_the_desk_once(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = asked(line, gateway, products[0])
    unknown = captured(uuid.uuid4(), event_id="evt_a")
    assert unknown.capture is not None
    foreign = replace(unknown, id="evt_b", capture=replace(unknown.capture, key="invoice 7", order_id=None))
    dollars = replace(unknown, id="evt_c", capture=replace(unknown.capture, currency="usd"))
    less = captured(order_id, 999, "evt_d")
    failed = ProviderEvent("evt_e", "refund.failed", None)
    for event in (unknown, foreign, dollars, less, failed) * 2:
        assert hear(engine, event, b"{}") is Heard.STRANGE
    assert len(told(engine)) == 5
    assert payment(engine, order_id)[0] == "pending"
    hear(engine, captured(order_id), b"")
    second = captured(order_id, event_id="evt_f")
    assert second.capture is not None
    assert hear(engine, replace(second, capture=replace(second.capture, reference="pi_2")), b"") is Heard.STRANGE
    assert "captured a charge twice: pi_1 and pi_2" in told(engine)[0]


def test_money_for_a_declined_order_is_at_the_desk(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])
    gateway.will_say(order_id, DECLINED)
    line.charge([order_id])
    assert hear(engine, captured(order_id), b"") is Heard.STRANGE
    assert told(engine) == ["The provider captured 1000 cents, and the payment is declined"]


def test_another_event_changes_nothing(engine: Engine) -> None:
    assert hear(engine, ProviderEvent("evt_1", "payment_intent.created", None), b"") is Heard.IGNORED
    assert told(engine) == []
