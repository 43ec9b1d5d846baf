"""Rows that another session holds: only the orders that need them wait, and no answer of the gateway is lost."""

from collections.abc import Callable, Sequence
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import Actor
from pedidos.domain.payment import PaymentTerms, idempotency_key
from pedidos.domain.steps import Step
from pedidos.payments.port import PaymentProvider
from pedidos.processes.scheduler.forgotten_work import forgotten_work
from pedidos.settings.groups.orders import StepSettings
from pedidos.steps.cancel import cancel
from pedidos.steps.execution.isolate import isolated
from pedidos.steps.validate import validate
from pedidos.storage.orders.placing import place
from pedidos.wiring.steps import make_steps
from tests.integration.steps.line import BY, UNCHARGED, Line
from tests.integration.steps.payments import payments_are_due
from tests.integration.steps.scripted import DECLINED, ScriptedGateway, held_once_asked
from tests.support.holding import held
from tests.support.shop import Product, order_of
from tests.support.tables import change, check, events_of, rows, statuses, stock_of

Run = Callable[[Step, Sequence[UUID]], list[UUID]]


@pytest.fixture
def worker(engine: Engine, gateway: ScriptedGateway) -> Callable[[], Run]:
    """Makes a worker, which does steps and tells what they moved on. It may find no order bad."""

    def make() -> Run:
        settings = StepSettings(payment_deadline_seconds=30.0, fused_steps=False)
        steps = make_steps(settings, engine, cast(PaymentProvider, gateway), BY)

        def bad(order_id: UUID, error: Exception) -> None:
            raise AssertionError(f"{order_id}: {error}")

        return lambda step, order_ids: sorted(
            order_id for moved in isolated(steps[step], order_ids, bad) for order_id in moved.order_ids
        )

    return make


def noted(engine: Engine) -> list[UUID]:
    """The orders that are looked at again after a pause, with no hint counted."""
    return [each.order_id for each in rows(engine, "select order_id from stalled_orders where hints = 0 order by 1")]


def put_off(engine: Engine) -> list[UUID]:
    """The orders whose payment is asked about again in a moment, with no attempt counted."""
    soon = (
        "select order_id from payments where status in ('pending', 'undoing') and attempts = 0"
        " and next_attempt < clock_timestamp() + interval '3 seconds' order by 1"
    )
    return [each.order_id for each in rows(engine, soon)]


def grow_older(engine: Engine, by: str) -> None:
    """As if all orders had been placed and moved so much earlier."""
    earlier = "update orders set created_at = created_at - :by ::interval, updated_at = updated_at - :by ::interval"
    change(engine, earlier, by=by)


def test_held_stock_is_reserved_later(
    engine: Engine, line: Line, worker: Callable[[], Run], products: list[Product], rice: Product
) -> None:
    wanting = line.validated(products[0], count=2)
    wanting += [place(engine, order_of(line.customer, rice, items=[(rice.id, 1), (products[0].id, 1)])).order_id]
    validate(engine, wanting[2:], BY)
    first, second = line.validated(rice, count=2), line.validated(rice, count=2)
    run = worker()
    with held(engine, "stock", "product_id", products[0].id):
        assert run(Step.RESERVE, [*wanting, *first]) == first
        assert run(Step.RESERVE, [*wanting, *second]) == second
        assert statuses(engine, wanting) == ["validated"] * 3
        assert noted(engine) == sorted(wanting)
    assert worker()(Step.RESERVE, wanting) == sorted(wanting)
    assert stock_of(engine, products[0]) == (997, 3, 0)
    check(engine, [*products, rice])


def test_held_stock_is_sold_later(
    engine: Engine, line: Line, worker: Callable[[], Run], products: list[Product], rice: Product
) -> None:
    wanting, others = line.paid(products[0], count=2), line.paid(rice, count=2)
    with held(engine, "stock", "product_id", products[0].id):
        assert worker()(Step.CONFIRM, [*wanting, *others]) == others
        assert noted(engine) == wanting
    assert worker()(Step.CONFIRM, wanting) == wanting
    check(engine, [*products, rice])


def test_held_stock_gets_units_back_later(
    engine: Engine, line: Line, worker: Callable[[], Run], products: list[Product], rice: Product
) -> None:
    overdue, other = line.uncharged(products[0])[0], line.uncharged(rice)[0]
    grow_older(engine, "1 day")
    with held(engine, "stock", "product_id", products[0].id):
        worker()(Step.EXPIRE, [overdue, other])
        assert statuses(engine, [overdue, other]) == [UNCHARGED, "expired"]
    worker()(Step.EXPIRE, [overdue])
    assert statuses(engine, [overdue]) == ["expired"]
    check(engine, [*products, rice])


def test_a_refusal_whose_stock_is_held_is_recorded_later(
    engine: Engine,
    line: Line,
    worker: Callable[[], Run],
    gateway: ScriptedGateway,
    products: list[Product],
    rice: Product,
) -> None:
    refused, other, paid = line.uncharged(products[0])[0], line.uncharged(rice)[0], line.uncharged(rice)[0]
    for order_id in (refused, other):
        gateway.will_say(order_id, DECLINED)
    with held(engine, "stock", "product_id", products[0].id):
        assert worker()(Step.CHARGE, [refused, other, paid]) == [paid]
        assert statuses(engine, [refused, other]) == ["charging", "declined"]
        assert put_off(engine) == [refused]
    payments_are_due(engine)
    worker()(Step.CHARGE, [refused])
    assert statuses(engine, [refused]) == ["declined"]
    check(engine, [*products, rice])


@pytest.mark.parametrize("declined", [False, True], ids=["captured", "declined"])
def test_the_answer_about_a_held_order_delays_no_other(
    engine: Engine,
    line: Line,
    worker: Callable[[], Run],
    gateway: ScriptedGateway,
    products: list[Product],
    declined: bool,
) -> None:
    one, *others = line.uncharged(products[0], count=4)
    if declined:
        for order_id in (one, *others):
            gateway.will_say(order_id, DECLINED)
    run = worker()
    with held_once_asked(engine, gateway, "orders", "id", one):
        assert run(Step.CHARGE, [one, *others]) == ([] if declined else others)
        assert statuses(engine, [one, *others]) == ["charging"] + ["declined" if declined else "paid"] * 3
        assert put_off(engine) == [one]
    payments_are_due(engine)
    assert run(Step.CHARGE, [one]) == ([] if declined else [one])
    assert gateway.charged == {idempotency_key(each): 2 if each == one else 1 for each in (one, *others)}
    check(engine, products)


def test_the_refund_of_a_held_order_delays_no_other(
    engine: Engine, line: Line, worker: Callable[[], Run], products: list[Product]
) -> None:
    one, other = line.paid(products[0], count=2)
    for order_id in (one, other):
        cancel(engine, order_id, Actor.CUSTOMER, "ana")
    with held(engine, "orders", "id", one):
        worker()(Step.UNDO, [one, other])
        assert events_of(engine, other)[-1].type == "order.refunded"
        assert put_off(engine) == [one]
    payments_are_due(engine)
    worker()(Step.UNDO, [one])
    assert events_of(engine, one)[-1].type == "order.refunded"
    check(engine, products)


def test_an_order_that_is_held_is_hinted_once_it_is_free(engine: Engine, line: Line, products: list[Product]) -> None:
    one, other = line.placed(products[0], count=2)
    grow_older(engine, "1 minute")

    def found() -> dict[Step, list[UUID]]:
        return dict(
            forgotten_work(engine, set(), stalled_after_seconds=15.0, terms=PaymentTerms(deadline=900.0, limit=3600.0))
        )

    with held(engine, "orders", "id", one):
        assert found() == {Step.VALIDATE: [other]}
    assert found() == {Step.VALIDATE: [one]}
