"""Orders that are opened and closed in one commit each, beside rows that another session holds."""

from sqlalchemy import Engine

from pedidos.domain.payment import idempotency_key
from pedidos.domain.steps import Step
from pedidos.storage.orders.placing import place
from tests.integration.steps.line import Line
from tests.integration.steps.payments import payments_are_due
from tests.integration.steps.scripted import ScriptedGateway, held_once_asked
from tests.integration.steps.worker import Worker, commits
from tests.support.holding import held
from tests.support.shop import Product, order_of
from tests.support.tables import check, rows, statuses


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
    with held_once_asked(engine, gateway, "orders", "id", one):
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
    with held_once_asked(engine, gateway, "stock", "product_id", products[0].id):
        worker.run(Step.VALIDATE, [*wanting, *others])
        assert statuses(engine, [*wanting, *others]) == ["paid"] * 2 + ["confirmed"] * 2
        assert commits(engine, wanting[0]) == [[1], [2, 3, 4], [5]]
    Worker(engine, gateway).run(Step.CONFIRM, wanting)
    assert statuses(engine, wanting) == ["confirmed"] * 2
    assert set(gateway.charged.values()) == {1}
    check(engine, [*products, rice])
