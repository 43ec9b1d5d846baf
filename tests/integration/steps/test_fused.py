"""Orders that are opened and closed in one commit each; what cannot be takes the steps one by one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

from sqlalchemy import Engine

from pedidos.domain.order import PATH, event_type
from pedidos.domain.payment import idempotency_key
from pedidos.domain.steps import Step
from pedidos.payments.lines import LATE
from tests.integration.steps.line import BY, Line
from tests.integration.steps.payments import payment
from tests.integration.steps.scripted import DECLINED, UNKNOWN, ScriptedGateway
from tests.integration.steps.worker import SETTINGS, Worker, commits
from tests.support.shop import Product, make_merchant, make_product, place_order
from tests.support.tables import check, events_of, rows, statuses, stock_of


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
