"""The watchdog: whatever was forgotten is found again; what no hint helps becomes a dead letter."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine

from pedidos.domain.order import Actor, Status
from pedidos.domain.payment import Answer, PaymentTerms, Verdict
from pedidos.domain.steps import Step
from pedidos.processes.scheduler.forgotten_work import HINT_AGAIN, TELL_AFTER, forgotten_work
from pedidos.steps.cancel import cancel
from pedidos.steps.execution.isolate import isolated
from pedidos.steps.expire import expire
from pedidos.steps.reserve import reserve
from pedidos.steps.validate import validate
from pedidos.storage.orders.stalled import note_error
from pedidos.storage.orders.transitions import lock, move
from tests.integration.steps.line import BY, UNCHARGED, Line
from tests.integration.steps.scripted import CAPTURED, SPARED, UNKNOWN, ScriptedGateway
from tests.support.shop import Product
from tests.support.tables import change, rows, statuses

TERMS = PaymentTerms(deadline=900.0, limit=7200.0)
NOTED = "select hints, last_error from stalled_orders"


def look(engine: Engine, *busy: Step) -> dict[Step, list[UUID]]:
    """What the watchdog points at."""
    return dict(forgotten_work(engine, set(busy), stalled_after_seconds=15.0, terms=TERMS))


def pass_time(engine: Engine, seconds: float) -> None:
    """As if so much time had gone by."""
    past = {"past": f"{seconds} seconds"}
    shift = "update orders set created_at = created_at - :past ::interval, updated_at = updated_at - :past ::interval"
    change(engine, shift, **past)
    shift = (
        "update payments set next_attempt = next_attempt - :past ::interval, asked_at = asked_at - :past ::interval,"
        " created_at = created_at - :past ::interval"
    )
    change(engine, shift, **past)
    change(engine, "update stalled_orders set next_hint = next_hint - :past ::interval", **past)


def test_an_order_that_moves_is_left_in_peace(engine: Engine, line: Line, products: list[Product]) -> None:
    line.placed(products[0])
    assert look(engine) == {}
    pass_time(engine, 14)
    assert look(engine) == {}


def test_forgotten_orders_are_pointed_at_by_step(engine: Engine, line: Line, products: list[Product]) -> None:
    placed, valid = line.placed(products[0], count=2), line.validated(products[0])
    reserved, paid, confirmed = line.uncharged(products[0]), line.paid(products[0]), line.confirmed(products[0])
    pass_time(engine, 16)
    found = look(engine)
    assert {step: sorted(order_ids) for step, order_ids in found.items()} == {
        Step.VALIDATE: placed,
        Step.RESERVE: valid,
        Step.CHARGE: reserved,
        Step.CONFIRM: paid,
    }
    assert statuses(engine, confirmed) == ["confirmed"]


def test_hints_come_at_growing_intervals(engine: Engine, line: Line, products: list[Product]) -> None:
    (order_id,) = line.placed(products[0])
    pass_time(engine, 16)
    assert look(engine) == {Step.VALIDATE: [order_id]}
    assert look(engine) == {}
    (noted,) = rows(engine, "select hints, next_hint - clock_timestamp() as pause from stalled_orders")
    assert noted.hints == 1
    pass_time(engine, HINT_AGAIN.base_seconds / 2 - 5)  # no retry comes sooner than half of the base
    assert look(engine) == {}
    pass_time(engine, 2 * HINT_AGAIN.base_seconds)
    assert look(engine) == {Step.VALIDATE: [order_id]}


def test_a_move_starts_the_count_again(engine: Engine, line: Line, products: list[Product]) -> None:
    (order_id,) = line.placed(products[0])
    for _ in range(3):
        pass_time(engine, 600)
        assert look(engine)[Step.VALIDATE] == [order_id]
    note_error(engine, order_id, "validate: of then")
    assert validate(engine, [order_id], BY) == [order_id]
    assert look(engine) == {}
    pass_time(engine, 16)
    assert look(engine) == {Step.RESERVE: [order_id]}
    assert [tuple(row) for row in rows(engine, NOTED)] == [(1, None)]


def test_what_no_hint_helps_becomes_one_dead_letter_with_the_last_error(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    stuck, other = line.placed(products[0], count=2)
    hinted = 0
    for _ in range(TELL_AFTER):
        pass_time(engine, 600)
        hinted += stuck in look(engine)[Step.VALIDATE]
        note_error(engine, stuck, "validate: KeyError: why")
    assert hinted == TELL_AFTER
    assert rows(engine, "select * from dead_letters") == []
    for _ in range(3):
        pass_time(engine, 600)
        assert set(look(engine)[Step.VALIDATE]) == {stuck, other}, "it continues forever"
    letters = {row.order_id: row for row in rows(engine, "select * from dead_letters")}
    assert letters.keys() == {stuck, other}
    assert (letters[stuck].source, letters[stuck].origin, letters[stuck].status) == ("watchdog", "validate", "open")
    assert "validate: KeyError: why" in letters[stuck].reason
    assert "none was seen" in letters[other].reason
    assert statuses(engine, [stuck]) == ["received"]
    assert validate(engine, [stuck], BY) == [stuck]
    look(engine)
    closed = {row.order_id: row.status for row in rows(engine, "select order_id, status from dead_letters")}
    assert closed == {stuck: "replayed", other: "open"}


def test_an_error_before_the_first_hint_is_kept(engine: Engine, line: Line, products: list[Product]) -> None:
    (order_id,) = line.placed(products[0])
    note_error(engine, order_id, "validate: why")
    pass_time(engine, 16)
    assert look(engine) == {Step.VALIDATE: [order_id]}
    assert [tuple(row) for row in rows(engine, NOTED)] == [(1, "validate: why")]


def test_an_error_of_a_later_step_is_kept_too(engine: Engine, line: Line, products: list[Product]) -> None:
    """The order was hinted before it moved: what is noted now is of the state in which it is now."""
    (order_id,) = line.placed(products[0])
    pass_time(engine, 16)
    look(engine)
    assert validate(engine, [order_id], BY) == [order_id]
    note_error(engine, order_id, "reserve: why")
    pass_time(engine, 16)
    assert look(engine) == {Step.RESERVE: [order_id]}
    assert [tuple(row) for row in rows(engine, NOTED)] == [(1, "reserve: why")]


def test_nothing_is_hinted_nor_counted_while_hints_wait(engine: Engine, line: Line, products: list[Product]) -> None:
    (placed,), (valid,) = line.placed(products[0]), line.validated(products[0])
    for _ in range(20):
        pass_time(engine, 400)
        found = look(engine, Step.VALIDATE, Step.RESERVE)
        assert Step.VALIDATE not in found
        assert Step.RESERVE not in found
    assert rows(engine, "select * from dead_letters") == []
    assert rows(engine, "select * from stalled_orders") == []
    assert look(engine) == {Step.VALIDATE: [placed], Step.RESERVE: [valid]}


def test_orders_of_a_busy_step_keep_no_others_from_being_found(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pedidos.processes.scheduler.forgotten_work.MOST_AT_ONCE", 2)
    line.placed(products[0], count=3)
    (valid,) = line.validated(products[0])
    *unknown, ended = line.uncharged(products[0], count=4)
    for order_id in (*unknown, ended):
        gateway.will_say(order_id, UNKNOWN)
    line.charge(unknown)
    pass_time(engine, 61)
    line.charge([ended])
    cancel(engine, ended, Actor.CUSTOMER, "ana")
    assert look(engine, Step.VALIDATE, Step.CHARGE) == {Step.RESERVE: [valid], Step.UNDO: [ended]}


def test_payments_that_are_due_and_orders_that_are_overdue(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    unknown, ended = line.uncharged(products[0], count=2)
    for order_id in (unknown, ended):
        gateway.will_say(order_id, UNKNOWN)
    line.charge([unknown, ended])
    cancel(engine, ended, Actor.CUSTOMER, "ana")
    assert look(engine) == {Step.UNDO: [ended]}  # the money goes back at once; the charge has its pause
    pass_time(engine, 61)
    assert look(engine) == {Step.CHARGE: [unknown], Step.UNDO: [ended]}
    assert look(engine, Step.CHARGE) == {Step.UNDO: [ended]}
    pass_time(engine, TERMS.deadline)
    assert look(engine)[Step.EXPIRE] == [unknown]


def test_what_the_gateway_was_never_asked_for_waits_for_it(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    """A part of the platform is away for longer than the deadline, and then the gateway."""
    asked, spared, unreached, reserved = line.uncharged(products[0], count=4)
    pass_time(engine, TERMS.deadline + 60)
    gateway.will_say(asked, Answer(Verdict.UNKNOWN, reason="Another session held the order.", asked=False))
    gateway.will_say(spared, SPARED)
    gateway.will_say(unreached, Answer(Verdict.UNKNOWN, reason="ClientConnectorError", reached=False))
    assert Step.EXPIRE not in look(engine)
    line.charge([asked, spared, unreached])
    pass_time(engine, TERMS.deadline - 60)
    assert Step.EXPIRE not in look(engine)
    pass_time(engine, 120)
    assert look(engine)[Step.EXPIRE] == [asked]
    expire(engine, [asked, spared, unreached, reserved], BY, TERMS)
    assert statuses(engine, [asked, spared, unreached, reserved]) == ["expired", "charging", "charging", UNCHARGED]
    gateway.will_say(spared, CAPTURED)
    assert sorted(line.charge([spared, reserved])) == [spared, reserved]
    pass_time(engine, TERMS.limit)
    assert look(engine)[Step.EXPIRE] == [unreached]
    expire(engine, [unreached], BY, TERMS)
    assert statuses(engine, [unreached]) == ["expired"]


def test_stock_is_not_held_for_ever_for_what_is_never_charged(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    (reserved,) = line.uncharged(products[0])
    pass_time(engine, TERMS.limit - 60)
    assert Step.EXPIRE not in look(engine)
    pass_time(engine, 120)
    assert look(engine)[Step.EXPIRE] == [reserved]
    expire(engine, [reserved], BY, TERMS)
    assert statuses(engine, [reserved]) == ["expired"]


def test_after_the_clock_was_set_back_nothing_is_left_until_it_is_there_again(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (placed,) = line.placed(products[0])
    (unknown,) = line.uncharged(products[0])
    gateway.will_say(unknown, UNKNOWN)
    line.charge([unknown])
    pass_time(engine, 16)
    assert look(engine) == {Step.VALIDATE: [placed], Step.CHARGE: [unknown]}
    pass_time(engine, -3600)
    assert look(engine) == {Step.VALIDATE: [placed], Step.CHARGE: [unknown]}
    line.charge([unknown])
    assert [row.attempts for row in rows(engine, "select attempts from payments")] == [2]
    assert look(engine) == {}  # what is ahead by a pause as it is made now waits for its end


def test_what_is_on_the_dead_letter_desk_is_still_tried(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    placed, paid = line.placed(products[0])[0], line.paid(products[0])[0]
    cancel(engine, paid, Actor.CUSTOMER, "ana")
    for order_id in (placed, paid):
        change(
            engine,
            "insert into dead_letters (source, origin, order_id, reason) values ('worker', 'x', :id, 'why')",
            id=order_id,
        )
    pass_time(engine, 100)
    assert look(engine) == {Step.VALIDATE: [placed], Step.UNDO: [paid]}
    assert gateway.undone == {}


@pytest.fixture
def poisoned(engine: Engine, line: Line, products: list[Product]) -> Iterator[tuple[list[UUID], UUID]]:
    """Nine orders, validated, and one of them that the database refuses to move."""
    orders = line.validated(products[0], count=9)
    bad = orders[4]
    change(
        engine,
        "create function poison() returns trigger language plpgsql as"
        " $$ begin raise exception 'poisoned' using errcode = 'check_violation'; end $$",
    )
    change(
        engine,
        f"create trigger poison before insert on order_events for each row when (new.order_id = '{bad}')"
        " execute function poison()",
    )
    yield orders, bad
    change(engine, "drop function poison() cascade")


def test_a_poisoned_order_does_not_fail_the_rest(engine: Engine, poisoned: tuple[list[UUID], UUID]) -> None:
    orders, bad = poisoned
    told: list[tuple[UUID, Exception]] = []

    def step(order_ids: Sequence[UUID]) -> Iterator[list[UUID]]:
        yield reserve(engine, order_ids, BY)

    groups = isolated(step, orders, lambda order_id, error: told.append((order_id, error)))
    assert sorted(order_id for moved in groups for order_id in moved) == [each for each in orders if each != bad]
    ((order_id, error),) = told
    assert order_id == bad
    assert "poisoned" in str(error)
    assert statuses(engine, [bad]) == ["validated"]
    ((reserved,),) = rows(engine, "select reserved from stock where reserved > 0")
    assert reserved == 8


def test_locks_of_others_are_passed_over(engine: Engine, line: Line, products: list[Product]) -> None:
    """A batch does not wait for an order that someone holds; the watchdog comes back to it."""
    held, free = line.placed(products[0], count=2)

    def work(connection: Connection) -> None:
        connection.exec_driver_sql("select from orders where id = %s for no key update", (held,))
        assert validate(engine, [held, free], BY) == [free]

    with engine.begin() as connection:
        work(connection)
    pass_time(engine, 16)
    assert look(engine)[Step.VALIDATE] == [held]


def test_a_transaction_older_than_the_newest_event_moves_nothing(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    """Its event would come before the one that it follows, because the log is read in the order of transactions."""
    (order_id,) = line.placed(products[0])
    with engine.begin() as old:
        old.exec_driver_sql("select pg_current_xact_id()")
        assert validate(engine, [order_id], BY) == [order_id]
        assert lock(old, [order_id], Status.VALIDATED) == []
        assert move(old, {order_id: {}}, Status.VALIDATED, Status.RESERVED) == []
    assert statuses(engine, [order_id]) == ["validated"]
