"""charge: intent, lease and answer; the worker that asked last may settle, and the key is always the same."""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import Actor
from pedidos.domain.payment import Answer, PaymentStatus, Verdict, idempotency_key
from pedidos.steps.cancel import cancel
from pedidos.steps.expire import expire
from pedidos.storage.payments.attempts import take_over
from tests.integration.steps.line import AT_ONCE, BY, LEASE, Line
from tests.integration.steps.payments import payment, payments_are_due
from tests.integration.steps.scripted import CAPTURED, DECLINED, REFUNDED, SPARED, UNKNOWN, ScriptedGateway
from tests.support.shop import Product
from tests.support.tables import check, events_of, rows, statuses, stock_of


def test_the_intent_is_committed_before_the_gateway_is_asked(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])
    seen: list[tuple[list[str], tuple[str, int, int]]] = []
    gateway.before_answer = lambda _: seen.append((statuses(engine, [order_id]), payment(engine, order_id)))
    assert line.charge([order_id]) == [order_id]
    assert seen == [(["charging"], ("pending", 1, 1))]
    assert payment(engine, order_id) == ("captured", 1, 1)


def test_no_other_worker_asks_while_the_lease_lasts(
    line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])
    nested: list[UUID] = []

    def hinted_again(_: str) -> None:
        gateway.before_answer = lambda _: None
        nested.extend(line.charge([order_id]))

    gateway.before_answer = hinted_again
    assert line.charge([order_id]) == [order_id]
    assert nested == []
    assert gateway.charged == {idempotency_key(order_id): 1}


def test_unknown_is_asked_again_under_the_same_key_after_a_pause(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])
    gateway.will_say(order_id, UNKNOWN, UNKNOWN, CAPTURED)
    assert line.charge([order_id]) == []
    assert line.charge([order_id]) == []  # the pause is not over: the gateway is not called
    assert sum(gateway.charged.values()) == 1
    for expected in ([], [order_id]):
        payments_are_due(engine)
        assert line.charge([order_id]) == expected
    assert gateway.charged == {idempotency_key(order_id): 3}
    assert payment(engine, order_id) == ("captured", 3, 3)
    check(engine, products)


def test_a_gateway_that_was_spared_was_not_asked(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])
    gateway.will_say(order_id, SPARED, SPARED, CAPTURED)
    line.charge([order_id])
    payments_are_due(engine)
    line.charge([order_id])
    assert payment(engine, order_id) == ("pending", 2, 0)
    payments_are_due(engine)
    assert line.charge([order_id]) == [order_id]
    assert payment(engine, order_id) == ("captured", 3, 1)


def test_who_was_asked_in_haste_is_given_more_time(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])
    gateway.will_say(order_id, UNKNOWN)
    for _ in range(5):
        line.charge([order_id], lease_seconds=6.0)
        payments_are_due(engine)
    assert gateway.patience == [1.0, 2.0, 3.0, 3.0, 3.0]


@pytest.mark.parametrize("late", [CAPTURED, DECLINED, UNKNOWN])
def test_an_answer_that_comes_after_another_took_over_is_ignored(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product], late: Answer
) -> None:
    """The first worker is held up past its lease; the second asks meanwhile, and gets no final answer either."""
    (order_id,) = line.uncharged(products[0])

    def taken_over(_: str) -> None:
        gateway.before_answer = lambda _: None
        payments_are_due(engine)
        assert line.charge([order_id]) == []

    gateway.before_answer = taken_over
    gateway.will_say(order_id, UNKNOWN, late, CAPTURED)  # to the second worker, to the first, and from then on
    assert line.charge([order_id]) == []
    assert payment(engine, order_id) == ("pending", 2, 2)
    assert statuses(engine, [order_id]) == ["charging"]
    payments_are_due(engine)
    assert line.charge([order_id]) == [order_id]
    assert set(gateway.charged) == {idempotency_key(order_id)}
    check(engine, products)


def test_not_knowing_late_does_not_cut_the_next_lease_short(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])

    def taken_over(_: str) -> None:
        payments_are_due(engine)
        with engine.begin() as connection:
            assert take_over(connection, [order_id], PaymentStatus.PENDING, LEASE)

    gateway.before_answer = taken_over
    gateway.will_say(order_id, UNKNOWN)
    assert line.charge([order_id]) == []
    lasting = "select from payments where next_attempt > clock_timestamp() + interval '40 seconds' and reason is null"
    assert rows(engine, lasting)


def test_a_worker_that_died_while_asking_is_succeeded_when_its_lease_is_over(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0])

    class Killed(BaseException):
        pass

    def die(_: str) -> None:
        gateway.before_answer = lambda _: None
        raise Killed

    gateway.before_answer = die
    with pytest.raises(Killed):
        line.charge([order_id])
    assert line.charge([order_id]) == []
    payments_are_due(engine)
    assert line.charge([order_id]) == [order_id]
    check(engine, products)


@pytest.mark.parametrize("answer", [CAPTURED, DECLINED, UNKNOWN])
@pytest.mark.parametrize("ending", ["cancelled", "expired"])
def test_an_order_that_ended_while_charging_stays_ended_and_gets_its_money_back_once(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product], ending: str, answer: Answer
) -> None:
    (order_id,) = line.uncharged(products[0], quantity=4)

    def end(_: str) -> None:
        gateway.before_answer = lambda _: None
        if ending == "cancelled":
            assert cancel(engine, order_id, Actor.CUSTOMER, "ana") == "cancelled"
        else:
            expire(engine, [order_id], BY, AT_ONCE)

    gateway.before_answer = end
    gateway.will_say(order_id, answer, REFUNDED)
    assert line.charge([order_id]) == []
    assert statuses(engine, [order_id]) == [ending]
    assert stock_of(engine, products[0]) == (1000, 0, 0)
    assert payment(engine, order_id)[0] == "undoing"
    assert rows(engine, "select from payments where next_attempt <= clock_timestamp()"), (
        "a late answer put the undo off"
    )
    payments_are_due(engine)
    assert line.charge([order_id]) == []  # no worker charges it any more
    line.undo([order_id])
    line.undo([order_id])
    assert payment(engine, order_id)[0] == "refunded"
    assert gateway.charged == gateway.undone == {idempotency_key(order_id): 1}
    assert [event.type for event in events_of(engine, order_id)][-2:] == [f"order.{ending}", "order.refunded"]
    check(engine, products)


@pytest.mark.parametrize("verdict", [Verdict.REFUNDED, Verdict.VOIDED])
def test_a_charge_that_the_gateway_has_undone_is_not_paid(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product], verdict: Verdict
) -> None:
    (order_id,) = line.uncharged(products[0])
    gateway.will_say(order_id, Answer(verdict, reference="ref-1"))
    assert line.charge([order_id]) == []
    assert statuses(engine, [order_id]) == ["declined"]
    assert payment(engine, order_id)[0] == verdict
    check(engine, products)


def test_answers_are_settled_group_by_group(
    engine: Engine, line: Line, products: list[Product], gateway: ScriptedGateway
) -> None:
    """What the gateway has said already is committed while it still thinks about the rest."""
    orders = line.uncharged(products[0], count=4)
    line.gateway = ScriptedGateway(group=1)
    paid_before: list[int] = []
    line.gateway.before_answer = lambda _: paid_before.append(statuses(engine, orders).count("paid"))
    assert sorted(line.charge(orders)) == orders
    assert paid_before == [0, 1, 2, 3]
    assert gateway.charged == {}


def test_an_answer_that_cannot_be_recorded_delays_no_other(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    """PostgreSQL keeps no NUL in a text; a provider may well send one."""
    orders = line.uncharged(products[0], count=5)
    bad = orders[2]
    gateway.will_say(bad, Answer(Verdict.DECLINED, reason="\x00"), DECLINED)
    assert sorted(line.charge(orders)) == [order_id for order_id in orders if order_id != bad]
    assert statuses(engine, [bad]) == ["charging"]
    (row,) = rows(engine, "select reason from payments where order_id = :id", id=bad)
    assert "could not be recorded" in row.reason
    payments_are_due(engine)
    line.charge([bad])
    assert statuses(engine, [bad]) == ["declined"]
    check(engine, products)
