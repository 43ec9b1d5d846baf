"""Placing an order whose items have choices: what they cost, what the order keeps, and what is refused."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event

from pedidos.domain.audit import Who
from pedidos.domain.options import Choices, Chosen, NewChoice, NewGroup
from pedidos.errors import ConstraintViolated
from pedidos.storage.catalogue.misfits import misfits
from pedidos.storage.catalogue.options import set_groups
from pedidos.storage.orders.extras import NO_EXTRAS, Extras
from pedidos.storage.orders.placed import ChoicesDoNotFit, Placed, TotalDiffers
from pedidos.storage.orders.placing import NewOrder, place, place_many
from pedidos.storage.orders.reading import read
from pedidos.storage.pricing.quoting import MisfitChoices, Quote, quote
from tests.support.delivery import delivers, delivery
from tests.support.options import EXTRAS, SIZE, offer
from tests.support.shop import Product, order_of
from tests.support.tables import change, check, rows


@pytest.fixture
def pizza(products: list[Product]) -> Product:
    """1000 cents without its choices."""
    return products[0]


@pytest.fixture
def ids(engine: Engine, pizza: Product) -> dict[str, UUID]:
    """The choices of the pizza, which needs a size, by name."""
    return offer(engine, pizza.merchant_id, pizza.id, SIZE, EXTRAS)


def order_with(customer: UUID, product: Product, choices: Choices, quantity: int = 1) -> NewOrder:
    return replace(order_of(customer, product, quantity), choices=choices)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(*told: object) -> None:
        sent.append(str(told[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_an_item_costs_its_product_and_its_choices_and_the_order_keeps_them(
    engine: Engine, customer: UUID, pizza: Product, ids: dict[str, UUID]
) -> None:
    order = order_with(customer, pizza, {0: [ids["Egg"], ids["Large"], ids["Olives"]]}, 3)
    placed = place(engine, order)
    assert placed.total_cents == 3 * (1000 + 900 + 200 + 150)
    change(engine, "update choices set price_cents = price_cents + 1, name = name || '!'")
    change(engine, "delete from option_groups where name = 'Extras'")
    found = read(engine, placed.order_id)
    assert found is not None
    (item,) = found.items
    assert (item.unit_price_cents, item.quantity) == (2250, 3)
    assert item.choices == [
        Chosen(ids["Large"], "Size", "Large", 900),
        Chosen(ids["Olives"], "Extras", "Olives", 200),
        Chosen(ids["Egg"], "Extras", "Egg", 150),
    ]
    assert rows(engine, "select product_cents from order_items")[0].product_cents == 1000
    assert place(engine, order) == replace(placed, replayed=True)
    check(engine, [pizza])


def test_one_statement_places_orders_with_and_without_choices_and_reads_no_options_for_the_latter(
    engine: Engine, customer: UUID, products: list[Product], ids: dict[str, UUID]
) -> None:
    with counted(engine) as sent:
        place(engine, order_of(customer, products[1]))
    assert len(sent) == 1
    assert not {"option_groups", "choices"} & set(sent[0].split())
    delivers(engine, products[0].merchant_id)
    wanted = [
        order_of(customer, products[1]),
        order_with(customer, products[0], {0: [ids["Small"]]}),
        replace(order_with(customer, products[0], {0: [ids["Large"]]}, 2), extras=delivery(tip_cents=50)),
        replace(order_of(customer, products[1]), extras=Extras(tip_cents=1)),
    ]
    with counted(engine) as sent:
        outcomes = place_many(engine, wanted)
    assert len(sent) == 1
    plain = products[1].price_cents
    assert [each.total_cents for each in outcomes if isinstance(each, Placed)] == [
        plain,
        1000,
        2 * 1900 + 700 + 50,
        plain + 1,
    ]
    stored = rows(engine, "select choices is null as plain, product_cents from order_items order by unit_price_cents")
    assert sorted((row.plain, row.product_cents) for row in stored if not row.plain) == [(False, 1000), (False, 1000)]


def test_a_product_that_needs_a_choice_is_not_ordered_without_one(
    engine: Engine, customer: UUID, products: list[Product], ids: dict[str, UUID]
) -> None:
    delivers(engine, products[0].merchant_id)
    for order in (order_of(customer, products[0]), replace(order_of(customer, products[0]), extras=delivery())):
        with pytest.raises(ChoicesDoNotFit):
            place(engine, order)
        found = quote(engine, customer, order.merchant_id, order.items, order.extras)
        assert isinstance(found, MisfitChoices)
    outcomes = place_many(
        engine,
        [
            order_of(customer, products[1]),
            order_of(customer, products[0], items=[(products[1].id, 1), (products[0].id, 1)]),
        ],
    )
    assert [type(each) for each in outcomes] == [Placed, ChoicesDoNotFit]
    assert len(rows(engine, "select from orders")) == len(rows(engine, "select from idempotency_keys")) == 1
    assert set_groups(engine, products[0].merchant_id, products[0].id, [EXTRAS], Who()) is not None
    assert place(engine, order_of(customer, products[0])).total_cents == 1000
    assert ids["Olives"] in {row.id for row in rows(engine, "select id from choices")}


def test_choices_that_cannot_be_made_are_refused_and_named(
    engine: Engine, customer: UUID, products: list[Product], ids: dict[str, UUID]
) -> None:
    others = offer(engine, products[1].merchant_id, products[1].id, NewGroup("Extras", 0, 1, [NewChoice("Salt", 1)]))
    cases: list[tuple[Sequence[UUID], list[tuple[int | None, str]]]] = [
        ([], [(None, "At least 1 must be chosen of Size.")]),
        ([ids["Olives"]], [(None, "At least 1 must be chosen of Size.")]),
        ([ids["Small"], ids["Large"]], [(1, "At most 1 can be chosen of Size.")]),
        ([ids["Small"], ids["Truffle"]], [(1, "Truffle is not available.")]),
        ([ids["Small"], ids["Small"]], [(1, "Each choice can be made once.")]),
        ([others["Salt"], ids["Small"]], [(0, "The product has no such choice.")]),
        ([ids["Small"], uuid4()], [(1, "The product has no such choice.")]),
        ([ids[name] for name in ("Small", "Olives", "Onions", "Egg")], [(3, "At most 2 can be chosen of Extras.")]),
    ]
    for chosen, told in cases:
        wanted = {1: chosen} if chosen else {}
        items = [(products[1].id, 1), (products[0].id, 2)]
        order = replace(order_of(customer, products[0], items=items), choices={0: [others["Salt"]], **wanted})
        with pytest.raises(ChoicesDoNotFit):
            place(engine, order)
        assert isinstance(quote(engine, customer, order.merchant_id, items, NO_EXTRAS, order.choices), MisfitChoices)
        found = misfits(engine, items, order.choices)
        assert {each.item for each in found} == {1}
        assert [(each.fault.choice, str(each.fault.reason)) for each in found] == told
    assert rows(engine, "select from orders") == rows(engine, "select from idempotency_keys") == []


def test_a_price_of_a_choice_that_changed_since_the_quote_is_refused(
    engine: Engine, customer: UUID, pizza: Product, ids: dict[str, UUID]
) -> None:
    order = order_with(customer, pizza, {0: [ids["Large"]]})
    told = quote(engine, customer, order.merchant_id, order.items, NO_EXTRAS, order.choices)
    assert isinstance(told, Quote)
    change(engine, "update choices set price_cents = 950 where id = :id", id=ids["Large"])
    with pytest.raises(TotalDiffers) as refused:
        place(engine, replace(order, expected_total_cents=told.total_cents))
    assert (told.total_cents, refused.value.actual_cents) == (1900, 1950)


def test_a_quote_says_what_placing_costs_whatever_is_chosen(
    engine: Engine, customer: UUID, products: list[Product], ids: dict[str, UUID]
) -> None:
    chance = random.Random(18)
    more = ["Olives", "Onions", "Egg"]
    delivers(engine, products[0].merchant_id, free_from_cents=7000)
    for _ in range(40):
        items = [(chance.choice([products[0], products[1]]).id, chance.randint(1, 4)) for _ in range(3)]
        choices = {
            index: [
                ids[name] for name in (chance.choice(["Small", "Large"]), *chance.sample(more, chance.randint(0, 2)))
            ]
            for index, (product_id, _) in enumerate(items)
            if product_id == products[0].id
        }
        extras = chance.choice([NO_EXTRAS, delivery(tip_cents=chance.randint(0, 900))])
        order = replace(order_of(customer, products[0], items=items), choices=choices, extras=extras)
        told = quote(engine, customer, order.merchant_id, items, extras, choices)
        assert isinstance(told, Quote)
        placed = place(engine, order)
        found = read(engine, placed.order_id)
        assert found is not None
        assert told.total_cents == placed.total_cents
        assert [(each.unit_price_cents, list(each.choices)) for each in told.items] == [
            (each.unit_price_cents, list(each.choices)) for each in found.items
        ]
        bought = sum(each.quantity * each.unit_price_cents for each in found.items)
        assert placed.total_cents == bought + sum(line.amount_cents for line in found.lines)


def test_what_keeps_its_name_keeps_its_id_and_the_rest_goes(
    engine: Engine, pizza: Product, ids: dict[str, UUID]
) -> None:
    who = Who(local_user="tests")
    again = [EXTRAS, SIZE._replace(choices=[NewChoice("Large", 800), NewChoice("Giant", 2000)])]
    changed = set_groups(engine, pizza.merchant_id, pizza.id, again, who)
    assert changed is not None
    assert [(group.name, [each.name for each in group.choices]) for group in changed.groups] == [
        ("Extras", ["Olives", "Onions", "Egg", "Truffle"]),
        ("Size", ["Large", "Giant"]),
    ]
    now = {each.name: each for group in changed.groups for each in group.choices}
    assert {name: now[name].id for name in ids if name in now} == {name: ids[name] for name in ids if name != "Small"}
    assert now["Large"].price_cents == 800
    assert set_groups(engine, uuid4(), pizza.id, [], who) is None
    assert set_groups(engine, pizza.merchant_id, pizza.id, [], who, seen=changed.updated_at) is not None
    assert set_groups(engine, pizza.merchant_id, pizza.id, again, who, seen=changed.updated_at) is None
    assert rows(engine, "select from choices") == []


def test_the_table_keeps_no_item_that_costs_something_else(
    engine: Engine, customer: UUID, pizza: Product, ids: dict[str, UUID]
) -> None:
    place(engine, order_with(customer, pizza, {0: [ids["Large"], ids["Egg"]]}))
    for statement in (
        "update order_items set unit_price_cents = unit_price_cents - 1",
        "update order_items set product_cents = product_cents + 1",
        "update order_items set product_cents = null",
        "update order_items set choices = null",
        "update order_items set choices = '[]'",
        "update order_items set choices = choices - 0",
        "update order_items set choices = jsonb_set(choices, '{0,price_cents}', '901')",
        "update order_items set choices = jsonb_set(choices, '{0,price_cents}', '\"x\"')",
        "update order_items set choices = choices #- '{0,price_cents}'",
        "update order_items set choices = jsonb_set(jsonb_set(choices, '{0,price_cents}', '1200'),"
        " '{1,price_cents}', '-150')",
    ):
        with pytest.raises(ConstraintViolated):
            change(engine, statement)
