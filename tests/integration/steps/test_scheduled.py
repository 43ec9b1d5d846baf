"""An order for later waits without being forgotten work, is released in time, and is an order like any other then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import Actor, Status
from pedidos.domain.payment import PaymentTerms
from pedidos.domain.scheduling import Schedule
from pedidos.domain.steps import Step
from pedidos.domain.waiting import Cause, why
from pedidos.errors import ConstraintViolated
from pedidos.processes.scheduler.forgotten_work import forgotten_work
from pedidos.steps.cancel import cancel
from pedidos.steps.release import release
from pedidos.steps.validate import validate
from pedidos.storage import figures
from pedidos.storage.orders import board
from pedidos.storage.orders.looking import facts, stuck
from pedidos.storage.orders.placing import place
from pedidos.storage.orders.reading import read
from pedidos.storage.orders.scheduled import released
from pedidos_drills.sql.aged import let_time_come
from tests.integration.steps.line import BY, Line
from tests.support.delivery import delivers, delivery
from tests.support.shop import Product, order_of
from tests.support.tables import change, check, events_of, rows, statuses, stock_of

NEVER = PaymentTerms(deadline=1e9, limit=1e9)
AT = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
TOMORROW = Schedule(AT, AT - timedelta(minutes=45))


@pytest.fixture
def order(engine: Engine, customer: UUID, products: list[Product]) -> UUID:
    """For tomorrow."""
    return place(engine, replace(order_of(customer, products[0], 2), schedule=TOMORROW)).order_id


def found(engine: Engine) -> dict[Step, list[UUID]]:
    return dict(forgotten_work(engine, frozenset(), stalled_after_seconds=0, terms=NEVER))


def test_it_waits_and_nothing_looks_for_it(
    engine: Engine, order: UUID, merchant: UUID, products: list[Product]
) -> None:
    assert statuses(engine, [order]) == ["scheduled"]
    assert found(engine) == {}
    assert stuck(engine, 0, 10) == []
    waiting = figures.read(engine)
    assert (waiting.orders, waiting.oldest_waiting) == ({"scheduled": 1}, None)
    assert release(engine, [order], BY) == []
    assert validate(engine, [order], BY) == []
    assert stock_of(engine, products[0]) == (1000, 0, 0)
    (told,) = events_of(engine, order)
    assert (told.type, told.status, told.detail["total_cents"]) == ("order.scheduled", "scheduled", 2000)
    assert datetime.fromisoformat(told.detail["scheduled_for"]) == AT
    stored = read(engine, order)
    assert stored is not None
    assert stored.scheduled_for == AT
    shown = board.board(engine, merchant, 10)
    assert [each.id for each in shown.later] == [order]
    assert shown.arriving == []
    check(engine, products)


def test_one_that_is_not_released_in_time_is_seen(engine: Engine, order: UUID) -> None:
    let_time_come(engine, [order])
    (late,) = rows(engine, "select release_at from orders where id = :id", id=order)
    assert [each.id for each in stuck(engine, 60, 10)] == [order]
    assert stuck(engine, 2 * 3600, 10) == []
    assert figures.read(engine).oldest_waiting == late.release_at
    found = why(facts(engine, [order])[order], datetime.now(UTC), None)
    assert (found.cause, found.at) == (Cause.UNRELEASED, late.release_at)
    assert release(engine, [order], BY) == [order]
    (placed,) = rows(engine, "select occurred_at from order_events where order_id = :id and version = 2", id=order)
    assert figures.read(engine).oldest_waiting == placed.occurred_at


def test_its_time_comes_and_it_goes_through_all_steps(
    engine: Engine, line: Line, order: UUID, products: list[Product]
) -> None:
    let_time_come(engine, [order])
    assert found(engine) == {Step.EXPIRE: [order]}
    assert release(engine, [order], BY) == [order]
    assert release(engine, [order], BY) == []
    assert statuses(engine, [order]) == ["received"]
    told = events_of(engine, order)[-1]
    assert (told.version, told.type, told.detail["by"], told.detail["total_cents"]) == (2, "order.placed", BY, 2000)
    assert line.through([order]) == [order]
    assert statuses(engine, [order]) == ["confirmed"]
    assert {each.detail["scheduled_for"] for each in events_of(engine, order)[1:]} == {told.detail["scheduled_for"]}
    assert released(engine, [order, *line.confirmed(products[0], 1)]) == {order: told.occurred_at}
    assert stock_of(engine, products[0]) == (997, 0, 3)
    check(engine, products)


@pytest.mark.parametrize("actor", [Actor.CUSTOMER, Actor.MERCHANT])
def test_it_is_cancelled_before_its_time(engine: Engine, order: UUID, actor: Actor, products: list[Product]) -> None:
    assert cancel(engine, order, actor, actor) is Status.CANCELLED
    let_time_come(engine, [order])
    assert found(engine) == {}
    assert release(engine, [order], BY) == []
    (row,) = rows(engine, "select status, payment_token from orders where id = :id", id=order)
    assert tuple(row) == ("cancelled", None)
    check(engine, products)


def test_it_is_checked_at_the_time_for_which_it_is_wanted(
    engine: Engine, order: UUID, merchant: UUID, products: list[Product]
) -> None:
    change(
        engine,
        "insert into closures (id, merchant_id, begins, ends, reason)"
        " values (uuidv7(), :m, :at - interval '1 hour', :at + interval '1 hour', 'holiday')",
        m=merchant,
        at=AT,
    )
    change(engine, "update orders set release_at = created_at where id = :id", id=order)
    release(engine, [order], BY)
    assert validate(engine, [order], BY) == []
    told = events_of(engine, order)[-1]
    assert told.detail["reasons"] == ["The merchant is closed at the time for which the order was scheduled."]
    check(engine, products)


def test_a_merchant_that_is_closed_when_it_is_ordered_does_not_matter(
    engine: Engine, order: UUID, merchant: UUID, products: list[Product]
) -> None:
    change(
        engine,
        "insert into closures (id, merchant_id, begins, ends, reason)"
        " values (uuidv7(), :m, now() - interval '1 hour', now() + interval '1 hour', 'lunch')",
        m=merchant,
    )
    change(engine, "update orders set release_at = created_at where id = :id", id=order)
    release(engine, [order], BY)
    assert validate(engine, [order], BY) == [order]
    check(engine, products)


def test_it_can_be_delivered_too(engine: Engine, customer: UUID, merchant: UUID, products: list[Product]) -> None:
    delivers(engine, merchant)
    wanted = replace(order_of(customer, products[0]), extras=delivery(), schedule=TOMORROW)
    placed = place(engine, wanted)
    assert placed.total_cents == 1700
    again = place(engine, wanted)
    assert (again.order_id, again.replayed) == (placed.order_id, True)
    assert statuses(engine, [placed.order_id]) == ["scheduled"]
    check(engine, products)


def test_the_database_refuses_one_without_a_time(engine: Engine, order: UUID) -> None:
    for wrong in (
        "scheduled_for = null, release_at = null",
        "scheduled_for = null",
        "release_at = scheduled_for + interval '1 second'",
        "release_at = null",
        "status = 'received'",
        "payment_token = null",
    ):
        with pytest.raises(ConstraintViolated):
            change(engine, f"update orders set {wrong} where id = :id", id=order)  # noqa: S608  # constants
