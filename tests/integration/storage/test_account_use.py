"""The limits of an account, counted in PostgreSQL: exactly, also when many orders come at the same moment."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from pedidos.domain.order_limits import Limit, OrderLimiter, OrderLimits
from pedidos.domain.scheduling import LEAD, MOST_SCHEDULED, Schedule
from pedidos.storage.orders.placed import (
    KeyInFlight,
    LimitReached,
    Outcome,
    Placed,
    RowHeld,
    TooManyUnits,
    UnknownProducts,
)
from pedidos.storage.orders.placing import NewOrder, place, place_many
from tests.support.shop import Product, make_customer, order_of
from tests.support.tables import change, check, rows

FREE = 1_000_000
AT = datetime.now(UTC) + timedelta(days=1)
TOMORROW = Schedule(AT, AT - LEAD)
HOURS = 24


def limiter(orders_per_minute: int = FREE, unpaid_orders: int = FREE, unpaid_units: int = FREE) -> OrderLimiter:
    return OrderLimiter(OrderLimits(orders_per_minute, unpaid_orders, unpaid_units))


def limit_of(outcome: Outcome) -> Limit | None:
    if isinstance(outcome, Placed):
        return None
    assert isinstance(outcome, LimitReached), outcome
    return outcome.limit


def move_to(engine: Engine, status: str) -> None:
    change(engine, "update orders set status = :status", status=status)


def test_unpaid_orders_count_until_they_are_paid_or_over(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    limits = limiter(unpaid_orders=5)
    order = [order_of(customer, products[0]) for _ in range(8)]
    outcomes = [place_many(engine, [each], HOURS, limits)[0] for each in order]
    assert Counter(map(limit_of, outcomes)) == {None: 5, Limit.UNPAID_ORDERS: 3}
    for status in ("validated", "reserved", "charging"):
        move_to(engine, status)
        with pytest.raises(LimitReached):
            place(engine, order[6], HOURS, limits)
    for status in ("paid", "confirmed", "expired"):
        move_to(engine, status)
        place(engine, replace(order[7], idempotency_key=status), HOURS, limits)


def test_orders_for_later_are_counted_exactly_and_apart(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    limits = limiter(unpaid_orders=1)
    later = [replace(order_of(customer, products[0]), schedule=TOMORROW) for _ in range(MOST_SCHEDULED + 2)]
    with ThreadPoolExecutor(2) as pool:  # as from two api processes
        halves = pool.map(partial(placed_when_free, engine, limits), (later[::2], later[1::2]))
        outcomes = [each for half in halves for each in half]
    assert Counter(map(limit_of, outcomes)) == {None: MOST_SCHEDULED, Limit.SCHEDULED_ORDERS: 2}
    asked = zip([*later[::2], *later[1::2]], outcomes, strict=True)
    order, first = next((order, each) for order, each in asked if isinstance(each, Placed))
    assert place(engine, order, HOURS, limits) == replace(first, replayed=True)
    place(engine, order_of(customer, products[0]), HOURS, limits)  # they hold nothing that it needs
    check(engine, products)


def placed_when_free(engine: Engine, limits: OrderLimiter, orders: Sequence[NewOrder]) -> list[Outcome]:
    """The outcome of each order once no other session holds the account."""
    outcomes = []
    for order in orders:
        while isinstance(outcome := place_many(engine, [order], HOURS, limits)[0], RowHeld):
            pass
        outcomes.append(outcome)
    return outcomes


def test_a_repetition_of_an_accepted_order_gets_its_first_answer(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    limits = limiter(unpaid_orders=1)
    order = order_of(customer, products[0])
    first = place(engine, order, HOURS, limits)
    refused, again = place_many(engine, [order_of(customer, products[0]), order], HOURS, limits)
    assert limit_of(refused) is Limit.UNPAID_ORDERS
    assert again == replace(first, replayed=True)


def test_the_others_of_a_batch_are_placed(engine: Engine, customer: UUID, products: list[Product]) -> None:
    """Its own valid orders too, and nothing is left of a refused one."""
    limits = limiter(unpaid_orders=3)
    other = make_customer(engine)
    nowhere = order_of(customer, products[0], items=[(customer, 1)])
    batch = [order_of(each, products[0]) for each in (customer, other) * 5]
    outcomes = place_many(engine, [nowhere, *batch, batch[0]], HOURS, limits)
    assert isinstance(outcomes[0], UnknownProducts)
    assert list(map(limit_of, outcomes[1:-1])) == [None] * 6 + [Limit.UNPAID_ORDERS] * 4
    assert isinstance(outcomes[-1], KeyInFlight)
    stored = rows(engine, "select customer_id, count(*) as orders from orders group by customer_id")
    assert {row.customer_id: row.orders for row in stored} == {customer: 3, other: 3}
    assert rows(engine, "select count(*) from idempotency_keys")[0][0] == 6
    check(engine, products)


def test_units_of_a_product_count_together(engine: Engine, customer: UUID, products: list[Product]) -> None:
    limits = limiter(unpaid_units=10)
    pizza, cake = products[0], products[1]
    both = [(pizza.id, 3), (cake.id, 9), (pizza.id, 4)]

    def placed(items: list[tuple[UUID, int]]) -> Limit | None:
        (outcome,) = place_many(engine, [order_of(customer, pizza, items=items)], HOURS, limits)
        return limit_of(outcome)

    assert placed(both) is None
    assert placed([(cake.id, 2)]) is Limit.UNPAID_UNITS
    assert placed([(pizza.id, 4)]) is Limit.UNPAID_UNITS
    assert placed([(pizza.id, 3)]) is None
    assert placed([(cake.id, 1)]) is None
    move_to(engine, "paid")
    assert placed(both) is None


def test_an_order_of_too_many_units_is_never_accepted(engine: Engine, customer: UUID, products: list[Product]) -> None:
    items = [(products[0].id, 6), (products[1].id, 10), (products[0].id, 5)]
    (outcome,) = place_many(engine, [order_of(customer, products[0], items=items)], HOURS, limiter(unpaid_units=10))
    assert isinstance(outcome, TooManyUnits)
    assert outcome.product_ids == [products[0].id]


@pytest.mark.parametrize("status", ["received", "paid", "confirmed", "cancelled", "expired"])
def test_orders_of_the_last_minute_count_in_every_state(
    engine: Engine, customer: UUID, products: list[Product], status: str
) -> None:
    limits = limiter(orders_per_minute=6)
    outcomes = place_many(engine, [order_of(customer, products[0]) for _ in range(6)], HOURS, limits)
    assert set(map(limit_of, outcomes)) == {None}
    move_to(engine, status)
    (refused,) = place_many(engine, [order_of(customer, products[0])], HOURS, limits)
    assert isinstance(refused, LimitReached)
    assert refused.limit is Limit.ORDERS_PER_MINUTE
    assert 50 <= refused.again_seconds <= 60
    assert limit_of(place_many(engine, [order_of(make_customer(engine), products[0])], HOURS, limits)[0]) is None


def test_orders_of_the_minute_before_do_not_count(engine: Engine, customer: UUID, products: list[Product]) -> None:
    limits = limiter(orders_per_minute=6)
    place_many(engine, [order_of(customer, products[0]) for _ in range(6)], HOURS, limits)
    change(engine, "delete from orders")
    change(
        engine,
        "insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at,"
        " updated_at) select uuidv7(interval '-61 seconds'), :customer, :merchant, 'delivered', 1, 1, 't', now(), now()"
        " from generate_series(1, 100)",
        customer=customer,
        merchant=products[0].merchant_id,
    )
    assert limit_of(place_many(engine, [order_of(customer, products[0])], HOURS, limits)[0]) is None


def test_an_account_that_another_session_holds_is_refused_at_once(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    limits = limiter(unpaid_orders=1)
    with engine.connect() as another, another.begin():
        another.execute(text("select from accounts where id = :id for key share"), {"id": customer})
        (outcome,) = place_many(engine, [order_of(customer, products[0])], HOURS, limits)
    assert isinstance(outcome, RowHeld)
    assert limit_of(place_many(engine, [order_of(customer, products[0])], HOURS, limits)[0]) is None


@pytest.mark.parametrize("most", [1, 8, 30])
def test_parallel_orders_stop_exactly_at_the_limit(
    engine: Engine, customer: UUID, products: list[Product], most: int
) -> None:
    """As from two api processes, each of which places one batch at a time."""
    orders = [order_of(customer, products[0]) for _ in range(50)]

    def process(mine: list[NewOrder]) -> list[Outcome]:
        limits, left, found = limiter(unpaid_orders=most), mine, []
        while left:
            batch, left = left[:7], left[7:]
            for order, outcome in zip(batch, place_many(engine, batch, HOURS, limits), strict=True):
                if isinstance(outcome, RowHeld):
                    left.append(order)
                else:
                    found.append(outcome)
        return found

    with ThreadPoolExecutor(2) as pool:
        outcomes = [each for found in pool.map(process, (orders[:25], orders[25:])) for each in found]
    assert Counter(map(limit_of, outcomes)) == {None: most, Limit.UNPAID_ORDERS: 50 - most}
    assert rows(engine, "select count(*) from orders")[0][0] == most


def test_a_customers_orders_in_flight_are_found_by_their_index(engine: Engine) -> None:
    """Also while PostgreSQL has seen that no order is in flight."""
    change(engine, "analyze orders")
    with engine.begin() as connection:
        connection.execute(text("set local enable_seqscan = off"))  # the table may have a page or two
        plan = connection.execute(
            text("explain select id from orders where customer_id = :id and landed_status is null"), {"id": uuid4()}
        ).scalars()
        assert "orders_waiting_by_customer" in "\n".join(plan)
