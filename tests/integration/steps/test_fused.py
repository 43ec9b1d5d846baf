"""Orders that are opened and closed in one commit each; what cannot be takes the steps one by one."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import PATH, Actor, event_type
from pedidos.domain.payment import Answer, Verdict, idempotency_key
from pedidos.domain.steps import Step
from pedidos.payments.lines import LATE
from pedidos.payments.port import PaymentProvider
from pedidos.processes.worker.step_runner import StepRunner
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.settings.groups.orders import StepSettings
from pedidos.steps.cancel import cancel
from pedidos.storage.engine import make_engine
from pedidos.storage.orders.placing import place
from pedidos.wiring.steps import make_steps
from tests.integration.steps.line import BY, Line
from tests.integration.steps.scripted import DECLINED, UNKNOWN, ScriptedGateway
from tests.support.holding import held
from tests.support.shop import Product, make_merchant, make_product, order_of, place_order
from tests.support.tables import change, check, events_of, rows, statuses, stock_of
from tests.support.wire import Wire

SETTINGS = StepSettings(charge_patience_seconds=1)


class Worker:
    """A worker's child process. hinted: what it left to others."""

    def __init__(self, engine: Engine, gateway: ScriptedGateway, settings: StepSettings = SETTINGS) -> None:
        self.hinted: list[tuple[Step, list[UUID]]] = []
        steps = make_steps(settings, engine, cast(PaymentProvider, gateway), BY)
        self._runner = StepRunner(steps, engine, lambda step, ids: self.hinted.append((step, sorted(ids))))

    def run(self, step: Step, order_ids: Sequence[UUID]) -> None:
        self._runner.run(step, order_ids)


@pytest.fixture
def worker(engine: Engine, gateway: ScriptedGateway) -> Worker:
    return Worker(engine, gateway)


@pytest.fixture
def rice(engine: Engine, merchant: UUID) -> Product:
    """A product that is not held."""
    return make_product(engine, merchant)


def commits(engine: Engine, order_id: UUID) -> list[list[int]]:
    """The versions that each transaction wrote, in the sequence of the log."""
    found: dict[str, list[int]] = {}
    in_the_log = "select txid::text as txid, version from order_events e where order_id = :id order by e.txid, seq"
    for row in rows(engine, in_the_log, id=order_id):
        found.setdefault(row.txid, []).append(row.version)
    return list(found.values())


def payment(engine: Engine, order_id: UUID) -> tuple[str, int, int]:
    """Its status, lease and attempts."""
    (row,) = rows(engine, "select status, lease, attempts from payments where order_id = :id", id=order_id)
    return (row.status, row.lease, row.attempts)


def payments_are_due(engine: Engine) -> None:
    change(engine, "update payments set next_attempt = clock_timestamp() - interval '1 second'")


def hold_once_asked(
    engine: Engine, gateway: ScriptedGateway, stack: ExitStack, table: str, column: str, row: UUID
) -> None:
    """The row is held from the moment on at which the gateway is asked."""

    def hold(_: str) -> None:
        gateway.before_answer = lambda _: None
        stack.enter_context(held(engine, table, column, row))

    gateway.before_answer = hold


def test_an_order_is_two_commits_and_tells_every_state(
    engine: Engine, line: Line, worker: Worker, gateway: ScriptedGateway, products: list[Product]
) -> None:
    orders = line.placed(products[0], quantity=2, count=3)
    before: list[tuple[list[str], tuple[str, int, int]]] = []
    gateway.before_answer = lambda _: before.append((statuses(engine, orders), payment(engine, orders[0])))
    worker.run(Step.VALIDATE, orders)
    assert before == [(["charging"] * 3, ("pending", 1, 1))] * 3, "the intent is committed before the gateway is asked"
    assert statuses(engine, orders) == ["confirmed"] * 3
    for order_id in orders:
        assert commits(engine, order_id) == [[1], [2, 3, 4], [5, 6]]
        events = events_of(engine, order_id)
        assert [event.type for event in events] == [event_type(status) for status in PATH]
        assert [event.status for event in events] == list(PATH)
        assert all(event.detail == {"by": BY} for event in events[1:])
        assert payment(engine, order_id) == ("captured", 1, 1)
    assert rows(engine, "select from orders where payment_token is not null") == []
    assert stock_of(engine, products[0]) == (994, 0, 6)
    assert gateway.charged == {idempotency_key(order_id): 1 for order_id in orders}
    assert worker.hinted == []
    check(engine, products)


def test_a_second_hint_changes_nothing(
    engine: Engine, line: Line, worker: Worker, gateway: ScriptedGateway, products: list[Product]
) -> None:
    orders = line.placed(products[0], count=2)
    for _ in range(2):
        for step in (Step.VALIDATE, Step.RESERVE, Step.CHARGE, Step.CONFIRM):
            worker.run(step, [*orders, uuid4()])
    assert [commits(engine, order_id) for order_id in orders] == [[[1], [2, 3, 4], [5, 6]]] * 2
    assert set(gateway.charged.values()) == {1}
    check(engine, products)


def test_each_order_is_told_what_is_wrong_with_it_as_ever(
    engine: Engine, line: Line, worker: Worker, gateway: ScriptedGateway, products: list[Product], merchant: UUID
) -> None:
    closed, few = make_product(engine, make_merchant(engine, hours=[])), make_product(engine, merchant, on_hand=3)
    good, declined, unknown = line.placed(products[0], count=3)
    (shut,) = [place_order(engine, line.customer, closed).order_id]
    gets, too_many = line.placed(few, 2)[0], line.placed(few, 4)[0]
    gateway.will_say(declined, DECLINED)
    gateway.will_say(unknown, UNKNOWN)
    orders = [good, declined, unknown, shut, gets, too_many]
    worker.run(Step.VALIDATE, orders)
    assert statuses(engine, orders) == ["confirmed", "declined", "charging", "rejected", "confirmed", "unavailable"]
    assert commits(engine, declined) == [[1], [2, 3, 4], [5]]
    assert commits(engine, shut) == [[1], [2]]
    assert commits(engine, too_many) == [[1], [2], [3]]
    assert events_of(engine, too_many)[-1].detail["out_of_stock"] == [str(few.id)]
    assert payment(engine, unknown) == ("pending", 1, 1)
    assert stock_of(engine, few) == (1, 0, 2)
    assert worker.hinted == []
    check(engine, [*products, closed, few])


def test_the_last_units_are_given_out_under_a_lock_and_in_turn(
    engine: Engine, line: Line, worker: Worker, products: list[Product], merchant: UUID
) -> None:
    """Each of them finds enough, and there is not enough for all."""
    few = make_product(engine, merchant, on_hand=3)
    first, second, third = (line.placed(few, quantity)[0] for quantity in (2, 2, 1))
    other = line.placed(products[0])[0]
    worker.run(Step.VALIDATE, [other, third, second, first])
    assert statuses(engine, [first, second, third, other]) == ["reserved", "unavailable", "reserved", "reserved"]
    assert worker.hinted == [(Step.CHARGE, sorted([first, third, other]))]
    assert stock_of(engine, few) == (0, 3, 0)
    check(engine, [*products, few])


def test_the_setting_gives_each_step_its_own_commit(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.placed(products[0])
    worker = Worker(engine, gateway, SETTINGS.model_copy(update={"fused_steps": False}))
    worker.run(Step.VALIDATE, [order_id])
    assert worker.hinted == [(Step.CHARGE, [order_id])]
    worker.run(Step.CHARGE, [order_id])
    assert commits(engine, order_id) == [[1], [2], [3], [4], [5], [6]]
    check(engine, products)


def test_held_stock_delays_only_the_orders_that_want_it(
    engine: Engine, line: Line, worker: Worker, products: list[Product], rice: Product
) -> None:
    wanting = line.placed(products[0], count=2)
    wanting += [place(engine, order_of(line.customer, rice, items=[(rice.id, 1), (products[0].id, 1)])).order_id]
    others = line.placed(rice, count=3)
    with held(engine, "stock", "product_id", products[0].id):
        worker.run(Step.VALIDATE, [*wanting, *others])
        assert statuses(engine, others) == ["confirmed"] * 3
        assert statuses(engine, wanting) == ["validated"] * 3
        noted = rows(engine, "select order_id from stalled_orders where hints = 0 order by 1")
        assert [row.order_id for row in noted] == sorted(wanting)
    Worker(engine, line.gateway).run(Step.RESERVE, wanting)
    assert statuses(engine, wanting) == ["reserved"] * 3
    check(engine, [*products, rice])


def test_a_held_order_delays_no_other(engine: Engine, line: Line, worker: Worker, products: list[Product]) -> None:
    one, *others = line.placed(products[0], count=4)
    with held(engine, "orders", "id", one):
        worker.run(Step.VALIDATE, [one, *others])
        assert statuses(engine, [one, *others]) == ["received"] + ["confirmed"] * 3
    worker.run(Step.VALIDATE, [one])
    assert statuses(engine, [one]) == ["confirmed"]
    check(engine, products)


def test_the_answer_about_a_held_order_delays_no_other(
    engine: Engine, line: Line, worker: Worker, gateway: ScriptedGateway, products: list[Product]
) -> None:
    one, *others = line.placed(products[0], count=4)
    with ExitStack() as stack:
        hold_once_asked(engine, gateway, stack, "orders", "id", one)
        worker.run(Step.VALIDATE, [one, *others])
        assert statuses(engine, [one, *others]) == ["charging"] + ["confirmed"] * 3
        soon = "select from payments where order_id = :id and next_attempt < clock_timestamp() + interval '3 seconds'"
        assert rows(engine, soon, id=one)
    payments_are_due(engine)
    worker.run(Step.CHARGE, [one])
    assert statuses(engine, [one]) == ["confirmed"]
    assert gateway.charged == {idempotency_key(each): 2 if each == one else 1 for each in (one, *others)}
    check(engine, products)


def test_an_answer_is_recorded_although_its_stock_is_held(
    engine: Engine, line: Line, worker: Worker, gateway: ScriptedGateway, products: list[Product], rice: Product
) -> None:
    """The money was taken, and no other order waits for the units that cannot be sold yet."""
    wanting, others = line.placed(products[0], count=2), line.placed(rice, count=2)
    with ExitStack() as stack:
        hold_once_asked(engine, gateway, stack, "stock", "product_id", products[0].id)
        worker.run(Step.VALIDATE, [*wanting, *others])
        assert statuses(engine, [*wanting, *others]) == ["paid"] * 2 + ["confirmed"] * 2
        assert commits(engine, wanting[0]) == [[1], [2, 3, 4], [5]]
    Worker(engine, gateway).run(Step.CONFIRM, wanting)
    assert statuses(engine, wanting) == ["confirmed"] * 2
    assert set(gateway.charged.values()) == {1}
    check(engine, [*products, rice])


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


def test_while_the_gateway_is_slow_orders_do_not_wait_behind_its_charges(
    engine: Engine, line: Line, worker: Worker, gateway: ScriptedGateway, products: list[Product]
) -> None:
    slow, following, quick, last = (line.placed(products[0])[0] for _ in range(4))
    gateway.will_say(slow, LATE)
    worker.run(Step.VALIDATE, [slow])
    worker.run(Step.VALIDATE, [following])
    assert statuses(engine, [slow, following]) == ["charging", "reserved"]
    assert worker.hinted == [(Step.CHARGE, [following])]
    worker.run(Step.CHARGE, [following])  # it is answered in time: the gateway is slow no longer
    worker.run(Step.VALIDATE, [quick, last])
    assert commits(engine, last) == [[1], [2, 3, 4], [5, 6]]
    check(engine, products)


def test_one_late_answer_of_many_is_not_a_slow_gateway(
    engine: Engine, line: Line, worker: Worker, gateway: ScriptedGateway, products: list[Product]
) -> None:
    late, *others = line.placed(products[0], count=3)
    gateway.will_say(late, LATE)
    worker.run(Step.VALIDATE, [late, *others])
    worker.run(Step.VALIDATE, following := line.placed(products[0]))
    assert statuses(engine, following) == ["confirmed"]
    assert worker.hinted == []


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


def test_the_last_ten_units_go_to_ten_of_twenty_buyers(engine: Engine, line: Line, merchant: UUID) -> None:
    ten = make_product(engine, merchant, on_hand=10)
    orders = line.placed(ten, count=20)
    barrier = Barrier(10)

    def buy(number: int) -> None:
        worker = Worker(engine, ScriptedGateway())
        barrier.wait(30)
        worker.run(Step.VALIDATE, orders[2 * number : 2 * number + 2])

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(buy, range(10)))
    assert sorted(statuses(engine, orders)) == ["confirmed"] * 10 + ["unavailable"] * 10
    assert stock_of(engine, ten) == (0, 0, 10)
    check(engine, [ten])
