"""Placing an order: one commit, prices of the catalogue, and an idempotency key that holds."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from pedidos.storage.orders.idempotency_keys import delete_expired
from pedidos.storage.orders.placed import (
    KeyInFlight,
    KeyReused,
    Placed,
    PlacingRefused,
    RowHeld,
    TotalDiffers,
    UnknownMerchant,
    UnknownProducts,
)
from pedidos.storage.orders.placing import NewOrder, place, place_many
from pedidos.storage.orders.reading import read
from tests.support.holding import held
from tests.support.shop import Product, make_customer, make_merchant, make_product, order_of
from tests.support.tables import change, check, events_of, rows


def count(engine: Engine, table: str) -> int:
    return int(rows(engine, f"select count(*) from {table}")[0][0])  # noqa: S608  # the tests' own


def test_order_items_event_and_key_come_in_one_transaction(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    wanted = [(products[0].id, 2), (products[2].id, 99), (products[0].id, 1)]
    order = replace(order_of(customer, products[0], items=wanted), traceparent="00-aa-bb-01")
    placed = place(engine, order)
    assert placed.total_cents == 3 * 1000 + 99 * 99
    assert not placed.replayed
    found = read(engine, placed.order_id)
    assert found is not None
    assert [(item.product_id, item.quantity) for item in found.items] == wanted
    assert [item.unit_price_cents for item in found.items] == [1000, 99, 1000]
    (event,) = events_of(engine, placed.order_id)
    assert (event.version, event.type, event.status) == (1, "order.placed", "received")
    assert (event.customer_id, event.merchant_id, event.traceparent) == (
        customer,
        products[0].merchant_id,
        "00-aa-bb-01",
    )
    assert event.detail == {"total_cents": placed.total_cents}
    transactions = rows(
        engine,
        "select xmin::text from orders union select xmin::text from order_items union select xmin::text"
        " from order_events union select xmin::text from idempotency_keys",
    )
    assert len(transactions) == 1
    check(engine, products)


def test_prices_are_those_of_the_moment_of_placing(engine: Engine, customer: UUID, products: list[Product]) -> None:
    first = place(engine, order_of(customer, products[0]))
    change(engine, "update products set price_cents = 1234 where id = :id", id=products[0].id)
    second = place(engine, order_of(customer, products[0]))
    assert (first.total_cents, second.total_cents) == (1000, 1234)
    found = read(engine, first.order_id)
    assert found is not None
    assert found.items[0].unit_price_cents == 1000


def test_a_repetition_is_the_same_order_even_when_prices_changed(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    order = order_of(customer, products[0], expected_total_cents=1000)
    first = place(engine, order)
    change(engine, "update products set price_cents = 2000 where id = :id", id=products[0].id)
    again = place(engine, order)
    assert again == replace(first, replayed=True)
    assert count(engine, "orders") == count(engine, "order_events") == 1


def test_a_key_with_another_request_is_refused(engine: Engine, customer: UUID, products: list[Product]) -> None:
    order = order_of(customer, products[0], key="k")
    place(engine, order)
    with pytest.raises(KeyReused):
        place(engine, order_of(customer, products[0], 2, key="k"))
    assert count(engine, "orders") == 1


def test_a_key_is_the_customers_own(engine: Engine, customer: UUID, products: list[Product]) -> None:
    first = place(engine, order_of(customer, products[0], key="k"))
    other = place(engine, order_of(make_customer(engine), products[0], key="k"))
    assert first.order_id != other.order_id
    assert not other.replayed


def test_an_expired_key_can_be_used_again(engine: Engine, customer: UUID, products: list[Product]) -> None:
    order = order_of(customer, products[0], key="k")
    first = place(engine, order)
    change(engine, "update idempotency_keys set created_at = created_at - interval '24 hours 1 second'")
    second = place(engine, order_of(customer, products[0], 2, key="k"))
    assert not second.replayed
    assert second.order_id != first.order_id
    with pytest.raises(KeyReused):
        place(engine, order)


def test_retention_removes_expired_keys_alone(engine: Engine, customer: UUID, products: list[Product]) -> None:
    for key in ("old", "older", "new"):
        place(engine, order_of(customer, products[0], key=key))
    change(engine, "update idempotency_keys set created_at = created_at - interval '25 hours' where key <> 'new'")
    assert delete_expired(engine, 24, limit=1) == 1
    assert delete_expired(engine, 24, limit=10) == 1
    assert [row.key for row in rows(engine, "select key from idempotency_keys")] == ["new"]
    assert count(engine, "orders") == 3


@pytest.mark.parametrize("threads", [30])
def test_parallel_requests_with_one_key_make_one_order(
    engine: Engine, customer: UUID, products: list[Product], threads: int
) -> None:
    order = order_of(customer, products[0])

    def ask(_: int) -> Placed | None:
        try:
            return place(engine, order)
        except KeyInFlight:
            return None

    with ThreadPoolExecutor(threads) as pool:
        answers = [placed for placed in pool.map(ask, range(threads)) if placed is not None]
    assert len({placed.order_id for placed in answers}) == 1
    assert sum(not placed.replayed for placed in answers) == 1
    assert count(engine, "orders") == count(engine, "order_events") == count(engine, "idempotency_keys") == 1
    assert place(engine, order).replayed


def test_a_request_in_flight_is_told_apart(engine: Engine, customer: UUID, products: list[Product]) -> None:
    order = order_of(customer, products[0])
    with engine.connect() as first:
        first.exec_driver_sql(
            "select pg_advisory_xact_lock(hashtextextended(%s, hashtextextended(%s::uuid::text, 0)))",
            (order.idempotency_key, customer),
        )
        with pytest.raises(KeyInFlight):
            place(engine, order)
        assert count(engine, "orders") == 0
        first.rollback()
    assert not place(engine, order).replayed


def unknown_product(order: NewOrder) -> NewOrder:
    return replace(order, items=[*order.items, (uuid4(), 1)])


def unknown_merchant(order: NewOrder) -> NewOrder:
    return replace(order, merchant_id=uuid4())


def other_total(order: NewOrder) -> NewOrder:
    return replace(order, expected_total_cents=999)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [(unknown_product, UnknownProducts), (unknown_merchant, UnknownMerchant), (other_total, TotalDiffers)],
)
def test_a_refusal_writes_nothing_and_leaves_the_key_free(
    engine: Engine, customer: UUID, products: list[Product], changed: object, refusal: type[PlacingRefused]
) -> None:
    order = order_of(customer, products[0], key="k")
    with pytest.raises(refusal) as refused:
        place(engine, changed(order))  # type: ignore[operator]
    for table in ("orders", "order_items", "order_events", "idempotency_keys"):
        assert count(engine, table) == 0
    if isinstance(refused.value, TotalDiffers):
        assert refused.value.actual_cents == 1000
    if isinstance(refused.value, UnknownProducts):
        assert len(refused.value.product_ids) == 1
    assert not place(engine, order).replayed


def test_many_are_placed_in_one_commit_each_for_itself(engine: Engine, customer: UUID, products: list[Product]) -> None:
    good = order_of(customer, products[0], 2)
    place(engine, order_of(customer, products[0], key="k"))
    repeated = order_of(customer, products[0])
    first = place(engine, repeated)
    unknown = uuid4()
    outcomes = place_many(
        engine,
        [
            good,
            order_of(customer, products[0], 3, key="k"),
            repeated,
            good,  # the same request twice at the same time
            order_of(customer, products[0], items=[(products[0].id, 1), (unknown, 1)]),
            replace(order_of(customer, products[0]), merchant_id=uuid4()),
            order_of(customer, products[0], expected_total_cents=999),
            order_of(make_customer(engine), products[2], key="k"),
        ],
    )
    placed, reused, replayed, in_flight, products_unknown, merchant_unknown, differs, other = outcomes
    assert isinstance(placed, Placed)
    assert isinstance(other, Placed)
    assert (placed.total_cents, other.total_cents) == (2000, 99)
    assert isinstance(reused, KeyReused)
    assert replayed == replace(first, replayed=True)
    assert isinstance(in_flight, KeyInFlight)
    assert isinstance(products_unknown, UnknownProducts)
    assert products_unknown.product_ids == [unknown]
    assert isinstance(merchant_unknown, UnknownMerchant)
    assert isinstance(differs, TotalDiffers)
    assert count(engine, "orders") == count(engine, "order_events") == count(engine, "idempotency_keys") == 4
    transactions = rows(
        engine, "select distinct xmin::text from orders where id = any(:ids)", ids=[placed.order_id, other.order_id]
    )
    assert len(transactions) == 1
    check(engine, products)


@pytest.mark.parametrize("table", ["products", "merchants", "accounts"])
def test_a_row_that_is_held_refuses_its_orders_alone(
    engine: Engine, customer: UUID, products: list[Product], table: str
) -> None:
    elsewhere = make_product(engine, make_merchant(engine))
    wants_it = order_of(customer, products[0], items=[(products[1].id, 1), (products[0].id, 1)])
    others = [order_of(make_customer(engine), elsewhere) for _ in range(2)]
    row = {"products": products[0].id, "merchants": products[0].merchant_id, "accounts": customer}[table]
    with held(engine, table, "id", row):
        first, refused, second = place_many(engine, [others[0], wants_it, others[1]])
    assert isinstance(refused, RowHeld)
    assert isinstance(first, Placed)
    assert isinstance(second, Placed)
    assert count(engine, "orders") == 2
    assert isinstance(place(engine, wants_it), Placed)
    check(engine, [*products, elsewhere])


def test_what_was_placed_is_found_though_its_product_is_held(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    order = order_of(customer, products[0])
    first = place(engine, order)
    with held(engine, "products", "id", products[0].id):
        assert place(engine, order) == replace(first, replayed=True)


def test_what_is_not_there_is_reported_before_what_is_held(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    missing = uuid4()
    order = order_of(customer, products[0], items=[(products[0].id, 1), (missing, 1)])
    with held(engine, "products", "id", products[0].id), pytest.raises(UnknownProducts) as caught:
        place(engine, order)
    assert caught.value.product_ids == [missing]


def test_a_price_that_is_being_changed_holds_nothing_up(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    with engine.connect() as other, other.begin():
        other.execute(text("update products set price_cents = 1 where id = :id"), {"id": products[0].id})
        assert place(engine, order_of(customer, products[0])).total_cents == products[0].price_cents
