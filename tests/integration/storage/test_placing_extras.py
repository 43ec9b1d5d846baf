"""Placing an order with extras: the lines of its total, and who gets it, in the same commit."""

import math
import random
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.handover import Location, Method
from pedidos.domain.pricing import Line, LineKind, NoPrice
from pedidos.errors import ConstraintViolated
from pedidos.storage.orders.extras import NO_EXTRAS, Extras
from pedidos.storage.orders.placed import HasNoPrice, Placed, TotalDiffers, UnknownProducts
from pedidos.storage.orders.placing import NewOrder, place, place_many
from pedidos.storage.orders.reading import read
from pedidos.storage.pricing.quoting import Quote, UnknownParts, quote
from tests.support.delivery import CENTRE, contact, delivers, delivery
from tests.support.shop import Product, order_of
from tests.support.tables import change, check, events_of, rows

BANDS = ((2000, 500), (5000, 900))


def order_with(customer: UUID, product: Product, extras: Extras, quantity: int = 1) -> NewOrder:
    return replace(order_of(customer, product, quantity), extras=extras)


def north(metres: float) -> Location:
    """A place that far north of the centre."""
    return Location(CENTRE.latitude + math.degrees(metres / 6371008.8), CENTRE.longitude)


def quoted(engine: Engine, order: NewOrder) -> Quote:
    found = quote(engine, order.customer_id, order.merchant_id, order.items, order.extras)
    assert isinstance(found, Quote)
    return found


def test_lines_and_contact_come_in_the_transaction_of_the_order(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    delivers(engine, products[0].merchant_id)
    placed = place(engine, order_with(customer, products[0], delivery(tip_cents=300), 2))
    assert placed.total_cents == 2 * 1000 + 700 + 300
    found = read(engine, placed.order_id)
    assert found is not None
    assert found.lines == [Line(LineKind.DELIVERY_FEE, 700), Line(LineKind.TIP, 300)]
    assert (found.method, found.contact) == (Method.DELIVERY, contact())
    (event,) = events_of(engine, placed.order_id)
    assert event.detail == {"total_cents": 3000}
    transactions = rows(
        engine,
        "select xmin::text from orders union select xmin::text from order_lines union select xmin::text"
        " from order_contacts union select xmin::text from order_events",
    )
    assert len(transactions) == 1
    check(engine, products)


def test_an_order_without_extras_leaves_nothing_in_their_tables(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    delivers(engine, products[0].merchant_id)
    placed = place(engine, order_of(customer, products[0]))
    found = read(engine, placed.order_id)
    assert found is not None
    assert (found.lines, found.method, found.contact) == ([], Method.PICK_UP, None)


def test_a_pick_up_has_a_contact_and_no_fee(engine: Engine, customer: UUID, products: list[Product]) -> None:
    delivers(engine, products[0].merchant_id)
    extras = Extras(Method.PICK_UP, contact(address=False))
    placed = place(engine, order_with(customer, products[0], extras))
    assert placed.total_cents == 1000
    found = read(engine, placed.order_id)
    assert found is not None
    assert (found.lines, found.method, found.contact) == ([], Method.PICK_UP, contact(address=False))


@pytest.mark.parametrize(("quantity", "fee"), [(4, 700), (5, 0), (6, 0)])
def test_a_delivery_is_free_from_an_amount_of_items_on(
    engine: Engine, customer: UUID, products: list[Product], quantity: int, fee: int
) -> None:
    delivers(engine, products[0].merchant_id, free_from_cents=5000)
    placed = place(engine, order_with(customer, products[0], delivery(tip_cents=5000), quantity))
    found = read(engine, placed.order_id)
    assert found is not None
    assert found.lines[0] == Line(LineKind.DELIVERY_FEE, fee)
    assert placed.total_cents == quantity * 1000 + fee + 5000


@pytest.mark.parametrize(("metres", "fee"), [(0, 500), (1999.5, 500), (2000.5, 900), (4999.5, 900)])
def test_the_first_band_that_reaches_the_address_counts(
    engine: Engine, customer: UUID, products: list[Product], metres: float, fee: int
) -> None:
    delivers(engine, products[0].merchant_id, bands=BANDS)
    placed = place(engine, order_with(customer, products[0], delivery(north(metres))))
    assert placed.total_cents == 1000 + fee


@pytest.mark.parametrize(
    ("bands", "location", "why"),
    [
        (BANDS, north(5000.5), NoPrice.TOO_FAR),
        (BANDS, Location(-CENTRE.latitude, 180 + CENTRE.longitude), NoPrice.TOO_FAR),
        (BANDS, None, NoPrice.LOCATION_NEEDED),
        (None, None, NoPrice.NO_DELIVERY),
    ],
)
def test_what_is_not_offered_is_refused_with_its_reason_and_nothing_is_written(
    engine: Engine,
    customer: UUID,
    products: list[Product],
    bands: tuple[tuple[int, int], ...] | None,
    location: Location | None,
    why: NoPrice,
) -> None:
    if bands is not None:
        delivers(engine, products[0].merchant_id, bands=bands, free_from_cents=1)
    order = order_with(customer, products[0], delivery(location))
    with pytest.raises(HasNoPrice) as refused:
        place(engine, order)
    assert refused.value.why is why
    assert quoted(engine, order).no_price is why
    assert rows(engine, "select from orders") == []
    assert rows(engine, "select from idempotency_keys") == []


def test_one_commit_has_orders_with_and_without_extras(engine: Engine, customer: UUID, products: list[Product]) -> None:
    delivers(engine, products[0].merchant_id)
    wanted = [
        order_of(customer, products[0]),
        order_with(customer, products[0], delivery()),
        order_with(customer, products[0], delivery(), 3),
        order_with(customer, products[2], Extras(tip_cents=1)),
    ]
    outcomes = place_many(engine, wanted)
    totals = [each.total_cents for each in outcomes if isinstance(each, Placed)]
    assert totals == [1000, 1700, 3700, 99 + 1]
    assert len(rows(engine, "select distinct xmin::text from orders")) == 1
    assert len(rows(engine, "select from order_contacts")) == 2
    assert len(rows(engine, "select from order_lines")) == 3


def test_a_fee_that_changed_since_the_quote_is_refused(engine: Engine, customer: UUID, products: list[Product]) -> None:
    delivers(engine, products[0].merchant_id)
    order = order_with(customer, products[0], delivery())
    told = quoted(engine, order).total_cents
    change(engine, "update delivery_terms set flat_cents = 800")
    with pytest.raises(TotalDiffers) as refused:
        place(engine, replace(order, expected_total_cents=told))
    assert (told, refused.value.actual_cents) == (1700, 1800)


def test_a_repetition_is_the_same_order_even_when_the_merchant_delivers_no_more(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    delivers(engine, products[0].merchant_id)
    order = order_with(customer, products[0], delivery())
    first = place(engine, order)
    change(engine, "delete from delivery_terms")
    assert place(engine, order) == replace(first, replayed=True)


def test_a_quote_says_what_placing_costs_whatever_is_ordered(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    chance = random.Random(18)
    delivers(engine, products[0].merchant_id, bands=BANDS, free_from_cents=7000)
    for _ in range(60):
        bought = chance.sample([products[0], products[1]], chance.randint(1, 2))
        place_at = chance.choice([None, north(chance.uniform(0, 6000))])
        extras = chance.choice([NO_EXTRAS, delivery(place_at, chance.randint(0, 900))])
        items = [(each.id, chance.randint(1, 5)) for each in bought]
        order = replace(order_of(customer, products[0], items=items), extras=extras)
        told = quoted(engine, order)
        if told.no_price is not None:
            with pytest.raises(HasNoPrice) as refused:
                place(engine, order)
            assert told.no_price is refused.value.why
            continue
        placed = place(engine, order)
        assert told.total_cents == placed.total_cents
        assert told.total_cents == sum(each.quantity * each.unit_price_cents for each in told.items) + sum(
            line.amount_cents for line in told.lines
        )
        found = read(engine, placed.order_id)
        assert found is not None
        assert found.lines == told.lines


def test_a_quote_names_what_does_not_exist(engine: Engine, customer: UUID, products: list[Product]) -> None:
    unknown = UUID(int=1)
    asked = [(products[0].id, 1), (unknown, 1)]
    assert quote(engine, customer, products[0].merchant_id, asked, delivery()) == UnknownParts(False, [unknown])
    assert quote(engine, customer, unknown, asked[:1], NO_EXTRAS) == UnknownParts(True, [])
    order = replace(order_of(customer, products[0], items=asked), extras=delivery())
    with pytest.raises(UnknownProducts):
        place(engine, order)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into order_lines (order_id, kind, amount_cents) values (:id, 'tip', 0)",
        "insert into order_lines (order_id, kind, amount_cents) values (:id, 'tip', -1)",
        "insert into order_lines (order_id, kind, amount_cents) values (:id, 'delivery_fee', -1)",
        "insert into order_lines (order_id, kind, amount_cents) values (:id, 'discount', -1)",
        "insert into order_contacts values (:id, jsonb_build_object('recipient', repeat('x', 9000)))",
        "insert into delivery_terms (merchant_id) select merchant_id from orders where id = :id",
        "insert into delivery_terms (merchant_id, band_metres, band_cents)"
        " select merchant_id, '{1}', '{1}' from orders where id = :id",
        "insert into delivery_terms (merchant_id, band_metres, band_cents, latitude, longitude)"
        " select merchant_id, '{1,2}', '{1}', 0, 0 from orders where id = :id",
        "insert into delivery_terms (merchant_id, flat_cents) select merchant_id, -1 from orders where id = :id",
    ],
)
def test_the_tables_refuse_what_makes_no_sense(
    engine: Engine, customer: UUID, products: list[Product], statement: str
) -> None:
    placed = place(engine, order_of(customer, products[0]))
    with pytest.raises(ConstraintViolated):
        change(engine, statement, id=placed.order_id)
