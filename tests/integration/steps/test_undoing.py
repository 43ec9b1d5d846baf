"""cancel, expire and undo: what was taken goes back, once, from every state."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.order import PATH, Actor, Refusal, Status
from pedidos.domain.payment import Answer, PaymentTerms, Verdict, idempotency_key
from pedidos.steps.cancel import cancel
from pedidos.steps.confirm import confirm
from pedidos.steps.expire import expire
from pedidos.steps.fulfil import accept, advance
from pedidos.steps.undo import TELL_AFTER, TRY_AGAIN
from pedidos.storage.dead_letters import closing, letters, resolving
from tests.integration.steps.line import AT_ONCE, BY, UNCHARGED, Line
from tests.integration.steps.scripted import REFUNDED, UNKNOWN, VOIDED, ScriptedGateway
from tests.support.shop import Product
from tests.support.tables import change, check, events_of, rows, statuses, stock_of
from tests.support.waiting import until


def at(line: Line, engine: Engine, state: str, product: Product) -> UUID:
    """An order of two units in this state."""
    if state == "charging":
        (order_id,) = line.uncharged(product, 2)
        line.gateway.will_say(order_id, UNKNOWN)
        line.charge([order_id])
        line.gateway.will_say(order_id, REFUNDED)
        return order_id
    before = {"received": line.placed, "validated": line.validated, UNCHARGED: line.uncharged, "paid": line.paid}
    (order_id,) = before.get(state, line.confirmed)(product, 2)
    for target in (Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED):
        if statuses(engine, [order_id]) == [state]:
            break
        assert moved_on(engine, order_id, target) is target
    return order_id


def moved_on(engine: Engine, order_id: UUID, target: Status) -> Status | Refusal:
    """The outcome when the merchant moves an order."""
    if target is Status.PREPARING:
        return accept(engine, order_id, "cantina", 0)
    return advance(engine, order_id, target, "cantina")


@pytest.mark.parametrize("state", ["received", "validated", UNCHARGED, "charging", "paid", "confirmed"])
@pytest.mark.parametrize("actor", [Actor.CUSTOMER, Actor.MERCHANT])
def test_a_cancelled_order_gives_everything_back(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product], state: str, actor: Actor
) -> None:
    order_id = at(line, engine, state, products[0])
    assert cancel(engine, order_id, actor, "ana") is Status.CANCELLED
    assert events_of(engine, order_id)[-1].detail == {"by": "ana"}
    assert stock_of(engine, products[0]) == (1000, 0, 0)
    charged = state in {"charging", "paid", "confirmed"}
    for _ in range(3):
        line.undo([order_id])
    assert sum(gateway.undone.values()) == charged
    told = [event.type for event in events_of(engine, order_id)]
    assert told.count("order.refunded") == charged
    if charged:
        assert told[-1] == "order.refunded"
        assert events_of(engine, order_id)[-1].detail == {"by": BY, "amount_cents": 2000}
    assert cancel(engine, order_id, actor, "ana") is Status.CANCELLED  # said again, nothing more happens
    assert [event.type for event in events_of(engine, order_id)] == told
    check(engine, products)


def test_a_merchant_cancels_what_is_being_prepared_and_a_customer_does_not(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    order_id = at(line, engine, "preparing", products[0])
    assert isinstance(cancel(engine, order_id, Actor.CUSTOMER, "ana"), Refusal)
    assert statuses(engine, [order_id]) == ["preparing"]
    assert cancel(engine, order_id, Actor.MERCHANT, "cantina") is Status.CANCELLED
    check(engine, products)


@pytest.mark.parametrize("state", ["on_its_way", "delivered"])
def test_what_has_left_is_not_cancelled(engine: Engine, line: Line, products: list[Product], state: str) -> None:
    order_id = at(line, engine, state, products[0])
    for actor in (Actor.CUSTOMER, Actor.MERCHANT):
        assert isinstance(cancel(engine, order_id, actor, "ana"), Refusal)
    assert statuses(engine, [order_id]) == [state]
    assert stock_of(engine, products[0]) == (998, 0, 2)
    check(engine, products)


def test_no_actor_moves_an_order_that_does_not_exist(engine: Engine, customer: UUID) -> None:
    assert customer
    with pytest.raises(LookupError):
        cancel(engine, uuid4(), Actor.CUSTOMER, "ana")


def test_a_merchant_moves_an_order_on_in_order(engine: Engine, line: Line, products: list[Product]) -> None:
    order_id = at(line, engine, "confirmed", products[0])
    assert isinstance(advance(engine, order_id, Status.DELIVERED, "cantina"), Refusal)
    for target in (Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED):
        assert moved_on(engine, order_id, target) is target
        assert moved_on(engine, order_id, target) is target
    assert len(events_of(engine, order_id)) == len(PATH) + 3
    check(engine, products)


def test_a_cancellation_and_a_step_at_the_same_time(engine: Engine, line: Line, products: list[Product]) -> None:
    orders = line.paid(products[0], count=12)
    barrier = Barrier(3)

    def both(work: object) -> None:
        barrier.wait(30)
        work()  # type: ignore[operator]

    with ThreadPoolExecutor(3) as pool:
        running = [
            pool.submit(both, lambda: confirm(engine, orders, BY)),
            pool.submit(both, lambda: confirm(engine, orders[::-1], BY)),
            pool.submit(both, lambda: [cancel(engine, order_id, Actor.CUSTOMER, "ana") for order_id in orders]),
        ]
        for each in running:
            each.result(30)
    assert set(statuses(engine, orders)) == {"cancelled"}
    check(engine, products)


def test_who_waits_for_payment_expires_and_nobody_else(engine: Engine, line: Line, products: list[Product]) -> None:
    waiting = [at(line, engine, state, products[0]) for state in (UNCHARGED, "charging")]
    others = [at(line, engine, state, products[1]) for state in ("received", "validated", "paid", "confirmed")]
    before = statuses(engine, others)
    expire(engine, [*waiting, *others, uuid4()], BY, PaymentTerms(deadline=60, limit=60))
    assert statuses(engine, waiting) == [UNCHARGED, "charging"]
    expire(engine, [*waiting, *others, uuid4()], BY, AT_ONCE)
    assert statuses(engine, waiting) == ["expired"] * 2
    assert statuses(engine, others) == before
    assert "not settled in time" in events_of(engine, waiting[0])[-1].detail["reason"]
    assert stock_of(engine, products[0]) == (1000, 0, 0)
    assert [tuple(row) for row in rows(engine, "select order_id, status from payments where status = 'undoing'")] == [
        (waiting[1], "undoing")
    ]
    check(engine, products)


def test_what_was_never_taken_is_voided_without_an_event(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = at(line, engine, "charging", products[0])
    expire(engine, [order_id], BY, AT_ONCE)
    gateway.will_say(order_id, VOIDED)
    line.undo([order_id])
    assert [row.status for row in rows(engine, "select status from payments")] == ["voided"]
    assert events_of(engine, order_id)[-1].type == "order.expired"
    line.undo([order_id])
    assert gateway.undone == {idempotency_key(order_id): 1}


def test_an_undo_of_unknown_outcome_is_repeated_and_gets_a_dead_letter(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = at(line, engine, "paid", products[0])
    cancel(engine, order_id, Actor.CUSTOMER, "ana")
    gateway.will_say(order_id, UNKNOWN)
    line.undo([order_id])
    line.undo([order_id])  # the pause is not over
    assert sum(gateway.undone.values()) == 1
    assert rows(engine, "select * from dead_letters") == []
    for attempt in range(2, TELL_AFTER + 30):
        assert (rows(engine, "select from dead_letters") != []) == (attempt > TELL_AFTER)
        again(engine, line, order_id)
    (pause,) = rows(
        engine, "select next_attempt - clock_timestamp() <= interval '300 seconds' as bounded from payments"
    )
    assert TRY_AGAIN.cap_seconds == 300
    assert pause.bounded
    (letter,) = rows(engine, "select * from dead_letters")
    assert (letter.source, letter.origin, letter.order_id) == ("worker", "undo", order_id)
    assert UNKNOWN.reason is not None
    assert UNKNOWN.reason in letter.reason
    assert closing.close(engine, 10) == 0
    gateway.will_say(order_id, REFUNDED)
    again(engine, line, order_id)
    assert events_of(engine, order_id)[-1].type == "order.refunded"
    assert closing.close(engine, 10) == 1
    (letter,) = rows(engine, "select * from dead_letters")
    assert (letter.status, letter.resolved_by) == ("replayed", "watchdog")
    (trail,) = letters.actions(engine, letter.id)
    assert (trail.action, trail.done, trail.note) == ("replay", True, "The order is cancelled, its payment refunded.")
    assert closing.close(engine, 10) == 0


def again(engine: Engine, line: Line, order_id: UUID) -> None:
    """The pause is over, and the undo is tried."""
    change(engine, "update payments set next_attempt = clock_timestamp()")
    line.undo([order_id])


def test_a_letter_about_money_that_was_discarded_is_not_written_again(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = at(line, engine, "paid", products[0])
    cancel(engine, order_id, Actor.CUSTOMER, "ana")
    gateway.will_say(order_id, UNKNOWN)
    change(engine, "update payments set attempts = :attempts", attempts=TELL_AFTER)
    again(engine, line, order_id)
    (letter,) = rows(engine, "select id from dead_letters where status = 'open'")
    assert resolving.resolve(engine, letter.id, "discard", Who(local_user="ana"), "settled by hand")
    again(engine, line, order_id)
    assert rows(engine, "select from dead_letters where status = 'open'") == []
    assert gateway.undone[idempotency_key(order_id)] == 2


def test_a_refund_that_cannot_be_recorded_delays_no_other(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    orders = line.paid(products[0], count=4)
    for order_id in orders:
        cancel(engine, order_id, Actor.CUSTOMER, "ana")
    bad = orders[1]
    gateway.will_say(bad, Answer(Verdict.REFUNDED, reference="\x00"), REFUNDED)
    line.undo(orders)
    assert {row.order_id for row in rows(engine, "select order_id from payments where status = 'undoing'")} == {bad}
    assert [events_of(engine, order_id)[-1].type == "order.refunded" for order_id in orders] == [
        True,
        False,
        True,
        True,
    ]
    change(engine, "update payments set next_attempt = clock_timestamp()")
    line.undo(orders)
    assert events_of(engine, bad)[-1].type == "order.refunded"
    assert gateway.undone[idempotency_key(bad)] == sum(gateway.undone.values()) - 3 == 2
    check(engine, products)


def test_two_undo_at_once_and_one_refund_is_reported(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    order_id = at(line, engine, "paid", products[0])
    cancel(engine, order_id, Actor.CUSTOMER, "ana")

    def taken_over(_: str) -> None:
        gateway.before_answer = lambda _: None
        change(engine, "update payments set next_attempt = clock_timestamp()")
        line.undo([order_id])

    gateway.before_answer = taken_over
    line.undo([order_id])
    assert [event.type for event in events_of(engine, order_id)].count("order.refunded") == 1
    check(engine, products)


def test_expiry_takes_orders_then_payments_then_stock(engine: Engine, line: Line, products: list[Product]) -> None:
    """As every transaction does: while it waits for a payment it must not hold stock, or two could wait in a circle."""
    uncharged, charging = (at(line, engine, state, products[0]) for state in (UNCHARGED, "charging"))
    with engine.connect() as settling, ThreadPoolExecutor(1) as pool:
        settling.exec_driver_sql("select from payments where order_id = %s for no key update", (charging,))
        expiring = pool.submit(expire, engine, [uncharged, charging], BY, AT_ONCE)
        until(
            lambda: rows(engine, "select from pg_stat_activity where wait_event_type = 'Lock'"), "a session that waits"
        )
        settling.exec_driver_sql("select from stock where product_id = %s for no key update nowait", (products[0].id,))
        settling.rollback()
        expiring.result(30)
    assert statuses(engine, [uncharged, charging]) == ["expired"] * 2
    check(engine, products)
