"""Refunds in part: within what was captured, once per key, and before all of the money goes back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.money import RowKind, RowStatus
from pedidos.domain.order import Actor, Refusal, Status
from pedidos.domain.payment import Answer, PaymentTerms, idempotency_key, refund_key
from pedidos.domain.refunds import Cause, Missing, Refund, RefundStatus, TooMuch, Wish
from pedidos.domain.steps import Step
from pedidos.errors import ConstraintViolated, Held
from pedidos.processes.scheduler.forgotten_work import forgotten_work
from pedidos.steps.cancel import cancel
from pedidos.steps.fulfil import accept, advance
from pedidos.steps.refund import refund
from pedidos.steps.undo import TELL_AFTER
from pedidos.storage.dead_letters import closing, letters, resolving
from pedidos.storage.orders.reading import read
from pedidos.storage.payments import refunds
from pedidos.storage.payments.refunds import KeyReused
from tests.integration.steps.line import BY, Line
from tests.integration.steps.payments import payments_are_due
from tests.integration.steps.scripted import REFUSED, RETURNED, SPARED, UNKNOWN, ScriptedGateway
from tests.integration.steps.worker import Worker
from tests.support.holding import held
from tests.support.shop import Product
from tests.support.tables import change, check, events_of, rows, statuses
from tests.support.waiting import until

NEVER = PaymentTerms(deadline=1e9, limit=1e9)
PAID_CENTS = 2000
"""Two units at 1000 cents."""


@pytest.fixture(autouse=True)
def consistent(engine: Engine, products: list[Product]) -> Iterator[None]:
    """Afterwards, the payments count what their refunds say, and each refund that was made has an event."""
    yield
    check(engine, products)
    unequal = """
        select from payments p where coalesce(returned_cents, 0) <> (
            select coalesce(sum(amount_cents), 0) from refunds r where r.order_id = p.order_id and status <> 'refused'
        )
    """
    assert rows(engine, unequal) == []
    made = rows(engine, "select id::text from refunds where status = 'refunded' order by 1")
    told = rows(engine, "select detail ->> 'refund' as id from order_events where type = 'order.partly_refunded'")
    assert sorted(row.id for row in made) == sorted(row.id for row in told)


def accepted(line: Line, product: Product, status: Status = Status.DELIVERED) -> UUID:
    (order_id,) = line.confirmed(product, 2)
    assert accept(line.engine, order_id, "cantina", 0) is Status.PREPARING
    for target in (Status.ON_ITS_WAY, Status.DELIVERED):
        if statuses(line.engine, [order_id]) != [status]:
            advance(line.engine, order_id, target, "cantina")
    return order_id


def give(engine: Engine, order_id: UUID, cents: int, key: str | None = None) -> Refund | Refusal | TooMuch:
    return refund(engine, order_id, Wish(Cause.GOODWILL, cents), key or str(uuid4()), uuid4(), Who())


def insisting(engine: Engine, order_id: UUID, cents: int, key: str) -> Refund | Refusal | TooMuch:
    """As a client does that is told to repeat its request, because others hold the order."""
    outcomes: list[Refund | Refusal | TooMuch] = []

    def answered() -> bool:
        with suppress(Held):
            outcomes.append(give(engine, order_id, cents, key))
        return bool(outcomes)

    until(answered, "the order to be free")
    return outcomes[0]


def given(engine: Engine, order_id: UUID, cents: int, key: str | None = None) -> Refund:
    made = give(engine, order_id, cents, key)
    assert isinstance(made, Refund)
    return made


def states(engine: Engine, order_id: UUID) -> list[tuple[int, str]]:
    return [(each.amount_cents, each.status.value) for each in refunds.of_order(engine, order_id)]


def due(engine: Engine) -> None:
    change(engine, "update refunds set next_attempt = clock_timestamp() - interval '1 second'")
    payments_are_due(engine)


@pytest.mark.parametrize("status", [Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED])
def test_parts_come_back_more_than_once_and_each_has_an_event(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product], status: Status
) -> None:
    order_id = accepted(line, products[0], status)
    before = len(events_of(engine, order_id))
    first, second = given(engine, order_id, 300), given(engine, order_id, 200)
    assert states(engine, order_id) == [(300, "pending"), (200, "pending")]
    for _ in range(2):
        line.refund([order_id])
    assert {each.key: each.amount_cents for each in gateway.parts} == {
        refund_key(order_id, first.id): 300,
        refund_key(order_id, second.id): 200,
    }
    assert {each.charge for each in gateway.parts} == {idempotency_key(order_id)}
    assert set(gateway.returned.values()) == {1}
    told = events_of(engine, order_id)[before:]
    assert [event.type for event in told] == ["order.partly_refunded"] * 2
    assert [event.status for event in told] == [status] * 2
    assert sorted(event.detail["amount_cents"] for event in told) == [200, 300]
    assert told[0].detail["by"] == BY
    assert told[0].detail["cause"] == "goodwill"
    assert told[0].detail["reason"] == "The shop gives a part of the money back."
    found = read(engine, order_id)
    assert found is not None
    assert [(row.kind, row.amount_cents, row.status) for row in found.money] == [
        (RowKind.CHARGE, PAID_CENTS, RowStatus.DONE),
        (RowKind.REFUND, -300, RowStatus.DONE),
        (RowKind.REFUND, -200, RowStatus.DONE),
    ]
    assert found.summary.status is status


def test_what_is_missing_is_worth_its_part_and_is_missing_once(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    order_id = accepted(line, products[0])
    wish = Wish(Cause.ITEMS_MISSING, missing=[Missing(products[0].id, 1)])
    made = refund(engine, order_id, wish, "a", uuid4(), Who())
    assert isinstance(made, Refund)
    assert (made.amount_cents, made.cause) == (1000, Cause.ITEMS_MISSING)
    assert made.reason.startswith("Missing in the order: 1 × ")
    both = Wish(Cause.ITEMS_MISSING, missing=[Missing(products[0].id, 2)])
    refused = refund(engine, order_id, both, "b", uuid4(), Who())
    assert isinstance(refused, TooMuch)
    assert refused.item == 0
    line.refund([order_id])


def test_all_of_many_at_once_stay_within_what_was_captured(engine: Engine, line: Line, products: list[Product]) -> None:
    order_id = accepted(line, products[0])
    barrier = Barrier(8)

    def ask(number: int) -> bool:
        barrier.wait(30)
        outcomes = [insisting(engine, order_id, 300, f"{number}-{turn}") for turn in range(2)]
        return any(isinstance(each, Refund) for each in outcomes)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert states(engine, order_id) == [(300, "pending")] * 6
    refused = give(engine, order_id, 201)
    assert isinstance(refused, TooMuch)
    assert "Only 200 cents" in refused.reason
    given(engine, order_id, 200)
    line.refund([order_id])
    assert sum(cents for cents, status in states(engine, order_id) if status == "refunded") == PAID_CENTS


def test_the_database_refuses_to_return_more_than_was_captured(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    order_id = accepted(line, products[0])
    with pytest.raises(ConstraintViolated, match="payments_returned_at_most_captured"):
        change(engine, "update payments set returned_cents = amount_cents + 1 where order_id = :id", id=order_id)


def test_a_repeated_request_finds_its_refund_and_another_one_is_told(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    order_id, other = accepted(line, products[0]), accepted(line, products[0])
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: insisting(engine, order_id, 300, "the key"), range(4)))
    assert len({each.id for each in made if isinstance(each, Refund)}) == 1
    assert states(engine, order_id) == [(300, "pending")]
    entries = rows(
        engine, "select from audit_log where action = 'order.partly_refunded' and subject = :id", id=str(order_id)
    )
    assert len(entries) == 1
    with pytest.raises(KeyReused):
        give(engine, order_id, 301, "the key")
    line.refund([order_id])
    assert given(engine, order_id, 300, "the key").status is RefundStatus.REFUNDED
    given(engine, other, 300, "the key")
    line.refund([other])


@pytest.mark.parametrize("state", ["placed", "uncharged", "paid", "confirmed", "cancelled"])
def test_an_order_that_is_not_accepted_gives_nothing_back_in_part(
    engine: Engine, line: Line, products: list[Product], state: str
) -> None:
    if state == "cancelled":
        order_id = accepted(line, products[0], Status.PREPARING)
        assert cancel(engine, order_id, Actor.MERCHANT, "cantina") is Status.CANCELLED
    else:
        (order_id,) = getattr(line, state)(products[0], 2)
    assert isinstance(give(engine, order_id, 1), Refusal)
    assert states(engine, order_id) == []
    with pytest.raises(LookupError):
        give(engine, uuid4(), 1)


def test_an_unknown_answer_is_asked_again_under_the_same_key(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = accepted(line, products[0])
    made = given(engine, order_id, 300)
    gateway.will_say_of_parts(order_id, UNKNOWN, SPARED, RETURNED)
    line.refund([order_id])
    line.refund([order_id])
    assert gateway.returned[refund_key(order_id, made.id)] == 1, "it is put off"
    for _ in range(2):
        due(engine)
        line.refund([order_id])
    assert gateway.returned == {refund_key(order_id, made.id): 3}
    assert states(engine, order_id) == [(300, "refunded")]
    assert rows(engine, "select attempts from refunds")[0].attempts == 2, "one of them sent nothing"


def test_a_worker_that_has_lost_the_lease_settles_nothing(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = accepted(line, products[0])
    given(engine, order_id, 300)

    def taken_over(_: str) -> None:
        gateway.before_answer = lambda _: None
        due(engine)
        line.refund([order_id])

    gateway.before_answer = taken_over
    gateway.will_say_of_parts(order_id, UNKNOWN, REFUSED)
    line.refund([order_id])
    assert states(engine, order_id) == [(300, "pending")]
    due(engine)
    line.refund([order_id])
    assert states(engine, order_id) == [(300, "refunded")]


def test_a_refusal_frees_the_amount_and_tells_an_operator(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = accepted(line, products[0])
    given(engine, order_id, PAID_CENTS)
    gateway.will_say_of_parts(order_id, REFUSED)
    line.refund([order_id])
    assert states(engine, order_id) == [(PAID_CENTS, "refused")]
    closing.close(engine, 100)
    (letter,) = letters.find(engine, letters.Filter(), 10)
    assert (letter.source, letter.origin, letter.order_id) == ("worker", "refund", order_id)
    assert letter.reason == "The provider refuses a refund of 2000 cents: more_than_is_left"
    given(engine, order_id, PAID_CENTS)
    line.refund([order_id])
    assert states(engine, order_id) == [(PAID_CENTS, "refused"), (PAID_CENTS, "refunded")]


def test_a_refund_that_is_not_answered_for_long_tells_an_operator_until_it_is_made(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = accepted(line, products[0])
    given(engine, order_id, 300)
    gateway.will_say_of_parts(order_id, *[UNKNOWN] * TELL_AFTER, RETURNED)
    for _ in range(TELL_AFTER):
        due(engine)
        line.refund([order_id])
    closing.close(engine, 100)
    (letter,) = letters.find(engine, letters.Filter(), 10)
    assert letter.origin == Step.UNDO
    state = resolving.order_state(engine, order_id)
    assert state is not None
    assert state.refunding
    due(engine)
    line.refund([order_id])
    closing.close(engine, 100)
    assert list(letters.find(engine, letters.Filter(), 10)) == []


def test_the_rest_comes_back_after_the_parts_when_the_order_is_cancelled(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = accepted(line, products[0], Status.PREPARING)
    given(engine, order_id, 300)
    gateway.will_say_of_parts(order_id, UNKNOWN)
    line.refund([order_id])
    assert cancel(engine, order_id, Actor.MERCHANT, "cantina") is Status.CANCELLED
    worker = Worker(engine, gateway)
    line.undo([order_id])
    assert gateway.undone == {}, "the part comes first"
    due(engine)
    worker.run(Step.UNDO, [order_id])
    assert gateway.undone == {idempotency_key(order_id): 1}
    told = events_of(engine, order_id)[-2:]
    assert [(event.type, event.status, event.detail["amount_cents"]) for event in told] == [
        ("order.partly_refunded", "cancelled", 300),
        ("order.refunded", "cancelled", PAID_CENTS - 300),
    ]
    found = read(engine, order_id)
    assert found is not None
    assert [(row.kind, row.amount_cents) for row in found.money] == [
        (RowKind.CHARGE, PAID_CENTS),
        (RowKind.REFUND, -300),
        (RowKind.REST, -PAID_CENTS + 300),
    ]


def test_nothing_more_is_said_of_an_order_that_had_all_of_it_back(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    order_id = accepted(line, products[0], Status.PREPARING)
    given(engine, order_id, PAID_CENTS)
    line.refund([order_id])
    cancel(engine, order_id, Actor.MERCHANT, "cantina")
    line.undo([order_id])
    (payment,) = rows(engine, "select status from payments where order_id = :id", id=order_id)
    assert payment.status == "refunded"
    assert [event.type for event in events_of(engine, order_id)][-2:] == ["order.partly_refunded", "order.cancelled"]


def test_an_order_that_is_held_delays_no_other(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    one, other = accepted(line, products[0]), accepted(line, products[0])
    for each in (one, other):
        given(engine, each, 300)
    with held(engine, "orders", "id", one):
        line.refund([one, other])
        assert states(engine, one) == [(300, "pending")]
        assert states(engine, other) == [(300, "refunded")]
    due(engine)
    line.refund([one])
    assert states(engine, one) == [(300, "refunded")]
    assert sorted(gateway.returned.values()) == [1, 2]


def test_the_watchdog_finds_what_is_due(engine: Engine, line: Line, products: list[Product]) -> None:
    order_id = accepted(line, products[0])
    given(engine, order_id, 300)
    found = dict(forgotten_work(engine, frozenset(), stalled_after_seconds=60.0, terms=NEVER))
    assert found == {Step.UNDO: [order_id]}
    line.refund([order_id])
    assert dict(forgotten_work(engine, frozenset(), stalled_after_seconds=60.0, terms=NEVER)) == {}


@pytest.mark.parametrize("answer", [RETURNED, REFUSED])
def test_an_order_whose_events_are_no_longer_kept_is_settled_without_one(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product], answer: Answer
) -> None:
    order_id = accepted(line, products[0])
    gateway.will_say_of_parts(order_id, answer)
    made = given(engine, order_id, 300)
    change(engine, "delete from order_events where order_id = :id", id=order_id)
    line.refund([order_id])
    assert refunds.of_order(engine, order_id)[0].status is not RefundStatus.PENDING
    assert events_of(engine, order_id) == []
    # For what every test here checks in the end.
    change(engine, "delete from refunds where id = :id", id=made.id)
    change(engine, "update payments set returned_cents = null where order_id = :id", id=order_id)
    change(engine, "delete from orders where id = :id", id=order_id)
    change(engine, "update stock set on_hand = on_hand + sold, sold = 0 where product_id = :id", id=products[0].id)
