"""Coupons: the last use is given out like the last unit of a product, and given back when the order is undone."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.order import Actor, Status, StockPart, stock_part
from pedidos.domain.payment import Answer
from pedidos.domain.pricing import Line, LineKind, NoPrice
from pedidos.domain.steps import Step
from pedidos.steps.cancel import cancel
from pedidos.steps.expire import expire
from pedidos.steps.reserve import reserve
from pedidos.steps.unaccepted import end_unaccepted
from pedidos.steps.validate import validate
from pedidos.storage.coupons import coupons
from pedidos.storage.coupons.coupons import CouponTerms
from pedidos.storage.orders.extras import Extras
from pedidos.storage.orders.placed import HasNoPrice, Placed
from pedidos.storage.orders.placing import NewOrder, place, place_many
from pedidos.storage.orders.reading import read
from pedidos_drills.sql.aged import let_acceptance_pass
from tests.integration.steps.line import AT_ONCE, BY
from tests.integration.steps.line import Line as Conveyor
from tests.integration.steps.scripted import CAPTURED, DECLINED, UNKNOWN, ScriptedGateway
from tests.integration.steps.worker import Worker, commits
from tests.support.shop import Product, make_customer, make_merchant, make_product, order_of
from tests.support.tables import change, check, events_of, rows, statuses

BUYERS, USES = 200, 7
ACCEPTANCE_SECONDS = 300.0


def offer(engine: Engine, product: Product, **terms: Any) -> UUID:
    """A coupon TEST of the product's merchant, of 10 per cent unless told otherwise."""
    given = CouponTerms("TEST", **({"percent": 10} | terms))
    return coupons.add(engine, product.merchant_id, given, Who()).id


def with_coupon(customer: UUID, product: Product, quantity: int = 1) -> NewOrder:
    return replace(order_of(customer, product, quantity), extras=Extras(coupon="TEST"))


def placed(engine: Engine, customers: Sequence[UUID], product: Product) -> list[UUID]:
    """An order with the coupon of each customer, all at once: what is left is read before any is given out."""
    outcomes = place_many(engine, [with_coupon(each, product) for each in customers])
    return [each.order_id for each in outcomes if isinstance(each, Placed)]


@pytest.fixture(autouse=True)
def consistent(engine: Engine, products: list[Product]) -> Iterator[None]:
    """Afterwards, each use is of an order whose units are reserved or sold, and the counts say so."""
    yield
    check(engine, products)
    using = {
        row.id
        for row in rows(
            engine,
            "select o.id, o.status from orders o join order_lines l on l.order_id = o.id where l.kind = 'discount'",
        )
        if stock_part(Status(row.status)) is not StockPart.ON_HAND
    }
    assert {row.order_id for row in rows(engine, "select order_id from coupon_uses")} == using
    counted = rows(engine, "select coalesce(sum(used), 0) as used from coupon_counts")
    assert counted[0].used == len(using)


def test_200_at_once_use_a_coupon_exactly_as_often_as_it_may_be_used(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    offer(engine, products[0], most=USES)
    buyers = [make_customer(engine) for _ in range(BUYERS)]
    ids = placed(engine, buyers, products[0])
    assert len(ids) == BUYERS
    assert len(validate(engine, ids, BY)) == BUYERS
    batches = [ids[n::8] for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        reserved = [each for batch in pool.map(lambda some: reserve(engine, some, BY), batches) for each in batch]
    assert len(reserved) == USES
    missed = sorted(set(ids) - set(reserved))
    assert set(statuses(engine, missed)) == {"unavailable"}
    assert events_of(engine, missed[0])[-1].detail == {
        "by": BY,
        "coupon": "used_up",
        "out_of_stock": [],
        "reasons": ["The coupon is used up."],
    }
    with pytest.raises(HasNoPrice) as refused:
        place(engine, with_coupon(customer, products[0]))
    assert refused.value.why is NoPrice.COUPON_USED_UP


def test_a_person_uses_it_as_often_as_a_person_may(engine: Engine, customer: UUID, products: list[Product]) -> None:
    offer(engine, products[0], most_per_person=2)
    other = make_customer(engine)
    ids = placed(engine, [customer] * 30 + [other], products[0])
    validate(engine, ids, BY)
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(lambda some: reserve(engine, some, BY), [ids[n::4] for n in range(4)]))
    reserved = [each for batch in batches for each in batch]
    assert len(reserved) == 3
    assert ids[-1] in reserved
    (missed,) = {events_of(engine, each)[-1].detail["coupon"] for each in set(ids) - set(reserved)}
    assert missed == "used_by_you"
    with pytest.raises(HasNoPrice) as refused:
        place(engine, with_coupon(customer, products[0]))
    assert refused.value.why is NoPrice.COUPON_USED_BY_YOU


@pytest.mark.parametrize("way", ["cancelled", "declined", "cancelled when paid"])
def test_an_order_that_is_undone_gives_it_back(
    engine: Engine, line: Conveyor, gateway: ScriptedGateway, products: list[Product], way: str
) -> None:
    offer(engine, products[0], most=1)
    (order_id,) = placed(engine, [line.customer], products[0])
    validate(engine, [order_id], BY)
    assert reserve(engine, [order_id], BY) == [order_id]
    with pytest.raises(HasNoPrice):
        place(engine, with_coupon(line.customer, products[0]))
    if way != "cancelled":
        gateway.will_say(order_id, DECLINED if way == "declined" else CAPTURED)
        line.charge([order_id])
    if way != "declined":
        assert cancel(engine, order_id, Actor.CUSTOMER, "customer") is Status.CANCELLED
    assert rows(engine, "select from coupon_uses") == []
    again = place(engine, with_coupon(line.customer, products[0])).order_id
    validate(engine, [again], BY)
    assert reserve(engine, [again], BY) == [again]


def test_an_order_that_is_short_of_units_leaves_the_coupon(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    offer(engine, products[0], most=1)
    first = place(engine, with_coupon(customer, products[0], 9)).order_id
    change(engine, "update stock set on_hand = 5 where product_id = :id", id=products[0].id)
    second = placed(engine, [customer], products[0])
    validate(engine, [first, *second], BY)
    assert reserve(engine, [first, *second], BY) == second
    change(engine, "update stock set on_hand = 999 where product_id = :id", id=products[0].id)


@pytest.mark.parametrize(
    ("terms", "quantity", "discount"),
    [
        ({"percent": 10}, 1, 9),  # of 99 cents, rounded down
        ({"percent": 10}, 10, 99),
        ({"percent": 1}, 1, None),
        ({"percent": 100}, 1, 98),
        ({"percent": None, "amount_cents": 50}, 1, 50),
        ({"percent": None, "amount_cents": 5000}, 2, 197),
    ],
)
def test_the_discount_is_of_the_items_alone_and_leaves_a_cent(
    engine: Engine, customer: UUID, products: list[Product], terms: dict[str, int], quantity: int, discount: int | None
) -> None:
    offer(engine, products[2], **terms)
    order = order_of(customer, products[2], quantity)
    done = place(engine, replace(order, extras=Extras(coupon="TEST", tip_cents=100)))
    assert done.total_cents == 99 * quantity - (discount or 0) + 100
    found = read(engine, done.order_id)
    assert found is not None
    shown = [] if discount is None else [Line(LineKind.DISCOUNT, -discount, "TEST")]
    assert found.lines == [*shown, Line(LineKind.TIP, 100)]


@pytest.mark.parametrize(
    ("terms", "ended", "why"),
    [
        (None, False, NoPrice.COUPON_UNKNOWN),
        ({"minimum_cents": 1001}, False, NoPrice.COUPON_MINIMUM),
        ({}, True, NoPrice.COUPON_NOT_NOW),
    ],
)
def test_a_coupon_that_does_not_apply_is_refused_with_its_reason(
    engine: Engine,
    customer: UUID,
    products: list[Product],
    terms: dict[str, int] | None,
    ended: bool,
    why: NoPrice,
) -> None:
    if terms is not None:
        coupon = offer(engine, products[0], **terms)
        if ended:
            assert coupons.end(engine, products[0].merchant_id, coupon, Who())
    with pytest.raises(HasNoPrice) as refused:
        place(engine, with_coupon(customer, products[0]))
    assert refused.value.why is why
    assert rows(engine, "select from orders") == []


@pytest.mark.parametrize(
    "change_to", ["begins = now() + interval '1 hour'", "ends = now(), begins = now() - interval '1 day'"]
)
def test_a_coupon_counts_between_its_times(
    engine: Engine, customer: UUID, products: list[Product], change_to: str
) -> None:
    offer(engine, products[0])
    place(engine, with_coupon(customer, products[0]))
    change(engine, f"update coupons set {change_to}")  # noqa: S608  # of this test
    with pytest.raises(HasNoPrice) as refused:
        place(engine, with_coupon(customer, products[0]))
    assert refused.value.why is NoPrice.COUPON_NOT_NOW


def test_a_coupon_of_another_merchant_is_unknown(engine: Engine, customer: UUID, products: list[Product]) -> None:
    offer(engine, make_product(engine, make_merchant(engine)))
    with pytest.raises(HasNoPrice) as refused:
        place(engine, with_coupon(customer, products[0]))
    assert refused.value.why is NoPrice.COUPON_UNKNOWN


def test_fused_steps_leave_the_coupon_to_the_step_that_gives_it_out(
    engine: Engine, line: Conveyor, gateway: ScriptedGateway, products: list[Product]
) -> None:
    """Its order is opened step by step, and closed in one commit; only the units and uses of a refusal come back."""
    offer(engine, products[0], most=2)
    worker = Worker(engine, gateway)
    plain = place(engine, order_of(line.customer, products[0])).order_id
    ids = placed(engine, [line.customer] * 4, products[0])
    gateway.will_say(ids[1], DECLINED)
    for _ in range(2):  # a second hint changes nothing
        worker.run(Step.VALIDATE, [plain, *ids])
    assert worker.hinted == [(Step.CHARGE, ids[:2])]
    assert statuses(engine, [plain, *ids]) == ["confirmed", "reserved", "reserved", "unavailable", "unavailable"]
    for _ in range(2):
        worker.run(Step.CHARGE, ids)
    assert statuses(engine, ids[:2]) == ["confirmed", "declined"]
    assert commits(engine, ids[0]) == [[1], [2], [3], [4], [5, 6]]
    assert uses(engine) == 1
    again = placed(engine, [line.customer] * 2, products[0])
    worker.run(Step.VALIDATE, again)
    assert statuses(engine, again) == ["reserved", "unavailable"]


@pytest.mark.parametrize("answer", [CAPTURED, DECLINED, UNKNOWN])
def test_a_coupon_is_given_back_once_when_its_order_is_cancelled_while_it_is_charged(
    engine: Engine, line: Conveyor, gateway: ScriptedGateway, products: list[Product], answer: Answer
) -> None:
    offer(engine, products[0], most=3)
    one, other = placed(engine, [line.customer] * 2, products[0])
    worker = Worker(engine, gateway)
    worker.run(Step.VALIDATE, [one, other])

    def end(_: str) -> None:
        gateway.before_answer = lambda _: None
        for _again in range(2):
            assert cancel(engine, one, Actor.CUSTOMER, "customer") is Status.CANCELLED
        assert uses(engine) == 1

    gateway.before_answer = end
    gateway.will_say(one, answer)
    worker.run(Step.CHARGE, [one, other])
    assert statuses(engine, [one, other]) == ["cancelled", "confirmed"]
    assert uses(engine) == 1


def test_orders_that_expire_or_are_not_accepted_give_it_back(
    engine: Engine, line: Conveyor, gateway: ScriptedGateway, products: list[Product]
) -> None:
    offer(engine, products[0], most=2)
    unpaid, asleep = placed(engine, [line.customer] * 2, products[0])
    worker = Worker(engine, gateway)
    worker.run(Step.VALIDATE, [unpaid, asleep])
    worker.run(Step.CHARGE, [asleep])
    assert uses(engine) == 2
    for _ in range(2):
        expire(engine, [unpaid, asleep], BY, AT_ONCE)
    assert statuses(engine, [unpaid, asleep]) == ["expired", "confirmed"]
    assert uses(engine) == 1
    let_acceptance_pass(engine, asleep)
    for _ in range(2):
        end_unaccepted(engine, [asleep], BY, ACCEPTANCE_SECONDS)
    assert statuses(engine, [asleep]) == ["cancelled"]
    assert uses(engine) == 0


def uses(engine: Engine) -> int:
    """Of all coupons, as they are counted."""
    (row,) = rows(engine, "select sum(used)::int as used from coupon_counts")
    used: int = row.used
    return used
