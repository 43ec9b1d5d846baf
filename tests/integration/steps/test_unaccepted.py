"""A confirmed order is accepted in time, or it ends and everything goes back; and never both."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from pedidos.domain.acceptance import NOT_ACCEPTED, Promise
from pedidos.domain.order import Actor, Refusal, Status
from pedidos.domain.payment import PaymentTerms
from pedidos.domain.steps import Step
from pedidos.errors import ConstraintViolated
from pedidos.processes.scheduler.forgotten_work import forgotten_work
from pedidos.steps.cancel import cancel
from pedidos.steps.fulfil import accept, advance
from pedidos.steps.unaccepted import end_unaccepted
from pedidos.storage.orders.acceptances import find_overdue
from pedidos_drills.sql.aged import let_acceptance_pass
from tests.integration.steps.line import BY, Line
from tests.integration.steps.scripted import ScriptedGateway
from tests.support.shop import Product
from tests.support.tables import check, events_of, rows, statuses, stock_of
from tests.support.waiting import until

LIMIT = 300.0
WITHOUT = 0.0
NEVER = PaymentTerms(deadline=1e9, limit=1e9)
NOTED = "select outcome, due_at, decided_at, promised_at from acceptances where order_id = :id"


def late(line: Line, engine: Engine, product: Product, count: int = 1) -> list[UUID]:
    """Confirmed orders of two units each, whose time to be accepted is over."""
    orders = line.confirmed(product, 2, count)
    for order_id in orders:
        let_acceptance_pass(engine, order_id)
    return orders


def test_an_accepted_order_has_a_promise_that_stays(engine: Engine, line: Line, products: list[Product]) -> None:
    (order_id,) = line.confirmed(products[0])
    assert accept(engine, order_id, "cantina", LIMIT, Promise(25)) is Status.PREPARING
    (noted,) = rows(engine, NOTED, id=order_id)
    assert noted.outcome == "accepted"
    assert (noted.promised_at - noted.decided_at).total_seconds() == pytest.approx(25 * 60, abs=1)
    assert (noted.due_at - events_of(engine, order_id)[-2].occurred_at).total_seconds() == LIMIT
    told = events_of(engine, order_id)[-1]
    assert told.type == "order.preparing"
    assert told.detail == {"by": "cantina", "promised_at": noted.promised_at.isoformat()}
    assert accept(engine, order_id, "cantina", LIMIT, Promise(90)) is Status.PREPARING
    assert rows(engine, NOTED, id=order_id) == [noted]
    check(engine, products)


def test_who_is_not_accepted_in_time_gets_everything_back(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = late(line, engine, products[0])
    (in_time,) = line.confirmed(products[0])
    for _ in range(2):
        end_unaccepted(engine, [order_id, in_time, uuid4()], BY, LIMIT)
    assert statuses(engine, [order_id, in_time]) == ["cancelled", "confirmed"]
    told = events_of(engine, order_id)[-1]
    assert told.detail == {
        "by": BY,
        "cause": NOT_ACCEPTED,
        "reason": "The merchant did not accept the order in time.",
    }
    assert stock_of(engine, products[0]) == (999, 0, 1)
    line.undo([order_id])
    assert sum(gateway.undone.values()) == 1
    assert events_of(engine, order_id)[-1].type == "order.refunded"
    assert [row.outcome for row in rows(engine, NOTED, id=order_id)] == ["missed"]
    check(engine, products)


def test_what_is_too_late_is_not_accepted_though_nothing_has_ended_it(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    (order_id,) = late(line, engine, products[0])
    refused = accept(engine, order_id, "cantina", LIMIT)
    assert isinstance(refused, Refusal)
    assert "time to accept this order is over" in refused.reason
    assert statuses(engine, [order_id]) == ["confirmed"]
    assert rows(engine, NOTED, id=order_id) == []
    assert cancel(engine, order_id, Actor.CUSTOMER, "ana") is Status.CANCELLED  # its customer need not wait
    check(engine, products)


def test_without_a_limit_nothing_ends(engine: Engine, line: Line, products: list[Product]) -> None:
    (order_id,) = late(line, engine, products[0])
    assert find_overdue(engine, WITHOUT, 10) == []
    assert end_unaccepted(engine, [order_id], BY, WITHOUT) == []
    assert accept(engine, order_id, "cantina", WITHOUT) is Status.PREPARING
    check(engine, products)


def test_the_watchdog_finds_what_was_not_accepted(engine: Engine, line: Line, products: list[Product]) -> None:
    overdue = line.confirmed(products[0], 1, 3)
    accepted, paid = line.confirmed(products[0])[0], line.paid(products[0])
    accept(engine, accepted, "cantina", LIMIT)
    assert find_overdue(engine, LIMIT, 10) == []
    short = 0.05
    until(lambda: find_overdue(engine, short, 10) == sorted(overdue), "orders to be late")
    assert find_overdue(engine, short, 2) == sorted(overdue)[:2]

    def look(*busy: Step) -> dict[Step, list[UUID]]:
        found = forgotten_work(
            engine, frozenset(busy), stalled_after_seconds=1e6, terms=NEVER, acceptance_seconds=short
        )
        return dict(found)

    assert look() == {Step.EXPIRE: sorted(overdue)}
    assert look(Step.EXPIRE) == {}
    assert statuses(engine, paid) == ["paid"]


@pytest.mark.parametrize("too_late", [False, True])
def test_at_the_same_moment_one_outcome_is_left(
    engine: Engine, line: Line, products: list[Product], *, too_late: bool
) -> None:
    orders = late(line, engine, products[0], 12) if too_late else line.confirmed(products[0], 2, 12)
    barrier = Barrier(4)

    def at_once(work: Callable[[], Any]) -> Any:
        barrier.wait(30)
        return work()

    with ThreadPoolExecutor(4) as pool:
        running = [
            pool.submit(at_once, lambda: end_unaccepted(engine, orders, BY, LIMIT)),
            pool.submit(at_once, lambda: end_unaccepted(engine, orders[::-1], BY, LIMIT)),
            pool.submit(at_once, lambda: [accept(engine, each, "cantina", LIMIT) for each in orders]),
            pool.submit(at_once, lambda: [accept(engine, each, "tablet", LIMIT) for each in orders[::-1]]),
        ]
        ended, also_ended, *_ = [each.result(30) for each in running]
    # An order whose row was held at that moment is ended by the next run of the watchdog.
    left = end_unaccepted(engine, orders, BY, LIMIT)
    assert len(ended) + len(also_ended) + len(left) == (12 if too_late else 0)
    assert set(statuses(engine, orders)) == {"cancelled" if too_late else "preparing"}
    outcomes = rows(engine, "select outcome from acceptances where order_id = any(:i)", i=orders)
    assert [row.outcome for row in outcomes] == ["missed" if too_late else "accepted"] * 12
    check(engine, products)


def test_the_table_holds_one_outcome_and_its_times(engine: Engine, line: Line, products: list[Product]) -> None:
    (order_id,) = line.confirmed(products[0])
    add = (
        "insert into acceptances (order_id, outcome, due_at, decided_at, promised_at)"
        " values (:id, :outcome, now(), now() + :after ::interval, {promised})"
    )
    promised = add.format(promised="now() + interval '1 hour'")
    for wrong in (
        (promised, "accepted", "1 second"),
        (promised, "missed", "1 second"),
        (add.format(promised="null"), "missed", "-1 second"),
        (add.format(promised="null"), "accepted", "-1 second"),
        (add.format(promised="now() - interval '1 hour'"), "accepted", "-1 second"),
    ):
        with pytest.raises((ConstraintViolated, IntegrityError)):
            add_one(engine, *wrong, order_id)
    add_one(engine, promised, "accepted", "-1 second", order_id)
    with pytest.raises((ConstraintViolated, IntegrityError)):
        add_one(engine, add.format(promised="null"), "missed", "1 second", order_id)


def add_one(engine: Engine, statement: str, outcome: str, after: str, order_id: UUID) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), {"id": order_id, "outcome": outcome, "after": after})


def test_an_accepted_order_goes_on_and_is_not_accepted_again(
    engine: Engine, line: Line, products: list[Product]
) -> None:
    (order_id,) = line.confirmed(products[0])
    accept(engine, order_id, "cantina", LIMIT)
    with pytest.raises(ValueError, match="promised time"):
        advance(engine, order_id, Status.PREPARING, "cantina")
    assert advance(engine, order_id, Status.ON_ITS_WAY, "cantina") is Status.ON_ITS_WAY
    assert isinstance(accept(engine, order_id, "cantina", LIMIT), Refusal)
    check(engine, products)
