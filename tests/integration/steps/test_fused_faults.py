"""Orders that are opened and closed in one commit each, beside errors, deaths, cancellations and lost answers."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import Actor
from pedidos.domain.payment import Answer, Verdict, idempotency_key
from pedidos.domain.steps import Step
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.steps.cancel import cancel
from pedidos.storage.engine import make_engine
from tests.integration.steps.line import Line
from tests.integration.steps.payments import payment, payments_are_due
from tests.integration.steps.scripted import DECLINED, UNKNOWN, ScriptedGateway
from tests.integration.steps.worker import Worker, commits
from tests.support.shop import Product
from tests.support.tables import change, check, rows, statuses, stock_of
from tests.support.wire import Wire


@pytest.fixture
def poisoned(engine: Engine, line: Line, products: list[Product]) -> Iterator[Callable[[str], tuple[list[UUID], UUID]]]:
    """Nine orders, of which the database refuses to keep one event of one of them."""
    change(
        engine,
        "create function poison() returns trigger language plpgsql as"
        " $$ begin raise exception 'poisoned' using errcode = 'check_violation'; end $$",
    )

    def make(kind: str) -> tuple[list[UUID], UUID]:
        orders = line.placed(products[0], count=9)
        change(
            engine,
            "create trigger poison before insert on order_events for each row"
            f" when (new.order_id = '{orders[4]}' and new.type = '{kind}') execute function poison()",
        )
        return orders, orders[4]

    yield make
    change(engine, "drop function poison() cascade")


@pytest.mark.parametrize(
    ("kind", "stays", "blamed"),
    [
        ("order.validated", "received", Step.VALIDATE),
        ("order.reserved", "validated", Step.RESERVE),
        ("order.charging", "reserved", Step.CHARGE),
        ("order.confirmed", "paid", Step.CONFIRM),
    ],
)
def test_a_poisoned_order_stops_at_its_own_step_and_no_other_order_does(
    engine: Engine,
    worker: Worker,
    poisoned: Callable[[str], tuple[list[UUID], UUID]],
    products: list[Product],
    kind: str,
    stays: str,
    blamed: Step,
) -> None:
    orders, bad = poisoned(kind)
    worker.run(Step.VALIDATE, orders)
    for step, hinted in worker.hinted:
        worker.run(step, hinted)
    assert statuses(engine, [bad]) == [stays]
    assert set(statuses(engine, [each for each in orders if each != bad])) == {"confirmed"}
    (noted,) = rows(engine, "select order_id, last_error from stalled_orders")
    assert noted.order_id == bad
    assert noted.last_error.startswith(f"{blamed}: ")
    assert "poisoned" in noted.last_error
    check(engine, products)


def test_a_worker_that_dies_after_the_payment_row_is_succeeded_when_its_lease_is_over(
    engine: Engine, line: Line, worker: Worker, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.placed(products[0])

    class Killed(BaseException):
        pass

    def die(_: str) -> None:
        gateway.before_answer = lambda _: None
        raise Killed

    gateway.before_answer = die
    with pytest.raises(Killed):
        worker.run(Step.VALIDATE, [order_id])
    other = Worker(engine, gateway)
    for step in (Step.VALIDATE, Step.CHARGE):
        other.run(step, [order_id])
    assert statuses(engine, [order_id]) == ["charging"], "the lease is not over"
    payments_are_due(engine)
    other.run(Step.CHARGE, [order_id])
    assert statuses(engine, [order_id]) == ["confirmed"]
    assert payment(engine, order_id) == ("captured", 2, 2)
    assert gateway.charged == {idempotency_key(order_id): 2}
    check(engine, products)


@pytest.mark.parametrize("late", [Answer(Verdict.CAPTURED, reference="ref-1"), DECLINED, UNKNOWN])
def test_an_answer_that_comes_after_another_took_over_is_ignored(
    engine: Engine, line: Line, worker: Worker, gateway: ScriptedGateway, products: list[Product], late: Answer
) -> None:
    (order_id,) = line.placed(products[0])

    def taken_over(_: str) -> None:
        gateway.before_answer = lambda _: None
        payments_are_due(engine)
        Worker(engine, gateway).run(Step.CHARGE, [order_id])

    gateway.before_answer = taken_over
    gateway.will_say(order_id, UNKNOWN, late)  # to the second worker, then to the first
    worker.run(Step.VALIDATE, [order_id])
    assert payment(engine, order_id) == ("pending", 2, 2)
    assert statuses(engine, [order_id]) == ["charging"]
    check(engine, products)


@pytest.mark.parametrize("answer", [Answer(Verdict.CAPTURED, reference="ref-1"), DECLINED, UNKNOWN])
def test_an_order_that_is_cancelled_while_it_is_charged_stays_cancelled(
    engine: Engine, line: Line, worker: Worker, gateway: ScriptedGateway, products: list[Product], answer: Answer
) -> None:
    one, other = line.placed(products[0], quantity=2, count=2)

    def end(_: str) -> None:
        gateway.before_answer = lambda _: None
        assert cancel(engine, one, Actor.CUSTOMER, "ana") == "cancelled"

    gateway.before_answer = end
    gateway.will_say(one, answer)
    worker.run(Step.VALIDATE, [one, other])
    assert statuses(engine, [one, other]) == ["cancelled", "confirmed"]
    assert payment(engine, one)[0] == "undoing"
    assert stock_of(engine, products[0]) == (998, 0, 2)
    check(engine, products)


@pytest.fixture
def far(wire: Wire) -> Iterator[Engine]:
    """The database over a wire that can lose answers."""
    engine = make_engine(DatabaseSettings(database_url=wire.url, database_pool=1), "tests")
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("lost", "leads_to"),
    [(b"insert into payments", "charging"), (b"update payments p", "confirmed")],
    ids=["opening", "closing"],
)
def test_the_answer_to_a_commit_is_lost(
    engine: Engine,
    far: Engine,
    line: Line,
    wire: Wire,
    gateway: ScriptedGateway,
    products: list[Product],
    lost: bytes,
    leads_to: str,
) -> None:
    (order_id,) = line.placed(products[0])
    wire.lose(1, lost)
    worker = Worker(far, gateway)
    worker.run(Step.VALIDATE, [order_id])
    assert wire.proxy.answers_to_lose == 0
    assert statuses(engine, [order_id]) == [leads_to]
    payments_are_due(engine)
    worker.run(Step.CHARGE, [order_id])
    assert statuses(engine, [order_id]) == ["confirmed"]
    assert commits(engine, order_id) == [[1], [2, 3, 4], [5, 6]]
    assert set(gateway.charged.values()) == {1}
    check(engine, products)
