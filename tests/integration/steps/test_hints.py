"""A message is a hint: it may come twice, late, out of order or never, and in parallel; the row decides."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from pedidos.domain.order import SETTLED, Actor, Status
from pedidos.domain.steps import PIPELINE, Step
from pedidos.steps.cancel import cancel
from pedidos.steps.expire import expire
from pedidos.steps.reserve import reserve
from tests.integration.steps.line import AT_ONCE, BY, Line, RunStep, steps_of, together
from tests.integration.steps.payments import payments_are_due
from tests.integration.steps.scripted import CAPTURED, DECLINED, UNKNOWN, ScriptedGateway
from tests.support.shop import Product, make_customer, make_merchant, make_product, place_order
from tests.support.tables import check, events_of, rows, statuses, stock_of

Steps = Callable[[Engine, ScriptedGateway], dict[Step, RunStep]]
WAY = tuple(each.step for each in PIPELINE)


def amid(key: str, act: Callable[[], None]) -> Callable[[str], None]:
    """Acts while the gateway is asked for the charge with this key."""

    def before_answer(asked: str) -> None:
        if asked == key:
            act()

    return before_answer


# What becomes of an order, once everything has been hinted often enough: (answer of the gateway, end).
FATES = {
    "paid": (CAPTURED, Status.CONFIRMED),
    "declined": (DECLINED, Status.DECLINED),
    "closed": (CAPTURED, Status.REJECTED),
    "sold out": (CAPTURED, Status.UNAVAILABLE),
}

hints = st.lists(
    st.tuples(st.sampled_from([*WAY, Step.UNDO]), st.lists(st.integers(0, 7), min_size=1, max_size=10)), max_size=14
)


@pytest.mark.parametrize("steps_of", [steps_of, together])
@pytest.mark.usefixtures("clean")
@given(fates=st.lists(st.sampled_from(sorted(FATES)), min_size=8, max_size=8), hinted=hints)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_sequence_of_hints_leads_to_the_same_ends(
    engine: Engine, steps_of: Steps, fates: list[str], hinted: list[tuple[Step, list[int]]]
) -> None:
    gateway = ScriptedGateway(group=3)
    customer, merchant = make_customer(engine), make_merchant(engine)
    product, none = make_product(engine, merchant, on_hand=30), make_product(engine, merchant, on_hand=0)
    closed = make_product(engine, make_merchant(engine, hours=[]))
    ordered = {"closed": closed, "sold out": none}
    orders = [
        place_order(engine, customer, ordered.get(fate, product), 1 + n % 3).order_id for n, fate in enumerate(fates)
    ]
    for order_id, fate in zip(orders, fates, strict=True):
        gateway.will_say(order_id, UNKNOWN, FATES[fate][0])
    run = steps_of(engine, gateway)
    for step, chosen in hinted:
        payments_are_due(engine)
        run[step]([orders[n] for n in chosen])
        check(engine, [product, none, closed])
    for step in [*WAY[:3], *WAY]:  # the second round settles what was unknown in the first
        payments_are_due(engine)
        run[step](orders)
    assert statuses(engine, orders) == [FATES[fate][1] for fate in fates]
    ended = rows(engine, "select id, version, updated_at from orders order by id")
    for step in reversed([*WAY, Step.UNDO, Step.EXPIRE]):  # once more, and the wrong way round
        payments_are_due(engine)
        run[step](orders)
    assert rows(engine, "select id, version, updated_at from orders order by id") == ended
    assert gateway.undone == {}
    check(engine, [product, none, closed])


class Interruption:
    """Cancels, expires, takes over: what may come between any two hints."""

    def __init__(self, engine: Engine, orders: list[UUID]) -> None:
        self._engine = engine
        self._orders = orders

    def cancel(self, number: int) -> None:
        cancel(self._engine, self._orders[number], Actor.CUSTOMER, "ana")

    def expire(self, number: int) -> None:
        expire(self._engine, [self._orders[number]], BY, AT_ONCE)


interruptions = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.sampled_from([*WAY, Step.UNDO]), st.lists(st.integers(0, 4), min_size=1)),
        st.tuples(st.sampled_from(["cancel", "expire"]), st.integers(0, 4)),
        st.tuples(st.just("amid"), st.sampled_from(["cancel", "expire"]), st.integers(0, 4)),
    ),
    max_size=14,
)


@pytest.mark.parametrize("steps_of", [steps_of, together])
@pytest.mark.usefixtures("clean")
@given(events=interruptions, late=st.lists(st.sampled_from([CAPTURED, DECLINED, UNKNOWN]), min_size=5, max_size=5))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_money_and_stock_balance_whatever_interrupts(
    engine: Engine,
    steps_of: Steps,
    events: list[tuple],  # type: ignore[type-arg]
    late: list,  # type: ignore[type-arg]
) -> None:
    """ "amid" interrupts an order while the gateway is being asked about it."""
    gateway = ScriptedGateway(group=2)
    customer, product = make_customer(engine), make_product(engine, make_merchant(engine), on_hand=7)
    orders = [place_order(engine, customer, product, 2).order_id for _ in range(5)]
    for order_id, answer in zip(orders, late, strict=True):
        gateway.will_say(order_id, answer, CAPTURED)
    run, interruption = steps_of(engine, gateway), Interruption(engine, orders)
    for event in events:
        payments_are_due(engine)
        if event[0] == "step":
            run[event[1]]([orders[n] for n in event[2]])
        elif event[0] == "amid":
            key = f"charge:{orders[event[2]]}"
            gateway.before_answer = amid(key, partial(getattr(interruption, event[1]), event[2]))
            run[Step.CHARGE](orders)
            gateway.before_answer = lambda _: None
        else:
            getattr(interruption, event[0])(event[1])
        check(engine, [product])
    for _ in range(3):
        for step in (*WAY, Step.UNDO):
            payments_are_due(engine)
            run[step](orders)
    check(engine, [product])
    assert {Status(status) for status in statuses(engine, orders)} <= SETTLED
    # Of each order, money stays exactly if it was confirmed; what was asked for and undone was given back.
    money = dict(tuple(row) for row in rows(engine, "select order_id, status from payments"))
    for order_id, status in zip(orders, statuses(engine, orders), strict=True):
        paid = {Status.CONFIRMED: "captured", Status.DECLINED: "declined"}.get(Status(status))
        assert money.get(order_id) == paid or (paid is None and money.get(order_id) == "refunded")
        refunds = [event for event in events_of(engine, order_id) if event.type == "order.refunded"]
        assert len(refunds) == (money.get(order_id) == "refunded")


def test_the_last_ten_units_go_to_ten_of_twenty_buyers(engine: Engine, line: Line, merchant: UUID) -> None:
    ten = make_product(engine, merchant, on_hand=10)
    orders = line.validated(ten, count=20)
    barrier = Barrier(20)

    def buy(order_id: UUID) -> list[UUID]:
        barrier.wait(30)
        return reserve(engine, [order_id], BY)

    with ThreadPoolExecutor(20) as pool:
        got = [order_id for moved in pool.map(buy, orders) for order_id in moved]
    assert len(got) == len(set(got)) == 10
    assert sorted(statuses(engine, orders)) == ["reserved"] * 10 + ["unavailable"] * 10
    assert stock_of(engine, ten) == (0, 10, 0)
    check(engine, [ten])


@pytest.mark.parametrize("steps_of", [steps_of, together])
def test_parallel_batches_that_overlap_move_each_order_once(
    engine: Engine, steps_of: Steps, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    """Each thread takes the same orders in another order, and another way round through products."""
    orders = [order_id for product in products for order_id in line.placed(product, count=8)]
    turned = [orders, orders[::-1], orders[12:] + orders[:12], orders[::2] + orders[1::2]]
    run = steps_of(engine, gateway)
    for step in WAY:
        barrier = Barrier(len(turned))

        def hint(batch: list[UUID], step: Step = step, barrier: Barrier = barrier) -> None:
            barrier.wait(30)
            run[step](batch)

        with ThreadPoolExecutor(len(turned)) as pool:
            for done in [pool.submit(hint, batch) for batch in turned]:
                done.result(30)
        run[step](orders)  # what another thread held is passed over, and found again
    assert set(statuses(engine, orders)) == {"confirmed"}
    assert set(gateway.charged.values()) == {1}
    check(engine, products)


@pytest.mark.parametrize("steps_of", [steps_of, together])
def test_steps_and_people_at_the_same_time_do_not_block_each_other_for_ever(
    engine: Engine, steps_of: Steps, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    orders = [order_id for product in products for order_id in line.placed(product, count=10)]
    run = steps_of(engine, gateway)

    def expire_again_and_again(batch: list[UUID]) -> None:
        for _ in range(10):
            run[Step.EXPIRE](batch)

    def all_steps(batch: list[UUID]) -> None:
        for step in WAY * 3:
            run[step](batch)

    def cancel_all(batch: list[UUID]) -> None:
        for order_id in batch:
            cancel(engine, order_id, Actor.MERCHANT, "cantina")

    with ThreadPoolExecutor(5) as pool:
        work = [pool.submit(all_steps, batch) for batch in (orders, orders[::-1])]
        work += [pool.submit(cancel_all, batch) for batch in (orders[5:25], orders[25:5:-1])]
        work.append(pool.submit(expire_again_and_again, orders[8:14]))
        for done in work:
            done.result(60)
    payments_are_due(engine)
    all_steps(orders)
    run[Step.UNDO](orders)
    assert set(statuses(engine, orders)) <= {"confirmed", "cancelled", "expired"}
    assert set(statuses(engine, orders[:5])) == {"confirmed"}
    check(engine, products)
