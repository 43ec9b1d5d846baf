"""Finding products and merchants by the words of their names."""

import secrets
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.storage.catalogue import merchants, products
from tests.support.shop import make_merchant, make_product
from tests.support.tables import change, rows

NAMES = (
    "Pão de Queijo",
    "PAO DE ACUCAR",
    "Água com gás (500 ml)",
    "Coca-Cola 2L",
    "Crème brûlée",
    "1ª Feijoada à moda",
    "Сырники",
    "O'Brien's \\ 100% x&y | z:*!",
)


@pytest.fixture
def shop(clean: None, engine: Engine) -> UUID:  # noqa: ARG001  # the tables are emptied first
    return make_merchant(engine)


@pytest.fixture
def sold(engine: Engine, shop: UUID) -> dict[UUID, str]:
    """The products of the shop with these names."""
    made = {make_product(engine, shop).id: name for name in NAMES}
    for product_id, name in made.items():
        change(engine, "update products set name = :name where id = :id", name=name, id=product_id)
    return made


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("pao", {0, 1}),
        ("PÃO queijo", {0}),
        ("quei pao", {0}),
        ("eijo", set()),
        ("agua gas", {2}),
        ("500", {2}),
        ("coca cola", {3}),
        ("coca-cola", {3}),
        ("brulee", {4}),
        ("BRÛ", {4}),
        ("1a feijo", {5}),
        ("сырн", {6}),
        ("o brien", {7}),
        ("x&y", {7}),
        ("pao & agua", set()),
        ("'", set()),
        ("\\ | :* ! ()", set()),
        ("%", set()),
        ("z" * 80, set()),
        (" ".join("pao" for _ in range(20)), {0, 1}),
    ],
)
def test_each_word_is_the_beginning_of_a_word_whatever_its_accents_and_case(
    engine: Engine, shop: UUID, sold: dict[UUID, str], wanted: str, found: set[int]
) -> None:
    names = {NAMES[each] for each in found}
    assert {each.name for each in products.search(engine, wanted, None, 100)} == names
    assert {each.name for each in products.menu(engine, shop, wanted, 100)} == names
    assert {sold[each.id] for each in products.search(engine, wanted, None, 100, shop)} == names
    change(engine, "update merchants set name = :name where id = :id", name=NAMES[0], id=shop)
    assert bool(merchants.merchants(engine, None, 10, wanted)) == (0 in found)


def test_only_what_is_on_sale_by_an_active_merchant_is_found_page_by_page(engine: Engine, shop: UUID) -> None:
    made = sorted(make_product(engine, shop).id for _ in range(7))
    withdrawn = make_product(engine, shop, active=False).id
    other = make_merchant(engine, active=False)
    make_product(engine, other)
    elsewhere = make_product(engine, make_merchant(engine)).id
    pages: list[UUID] = []
    after = None
    while page := products.search(engine, "pizza", after, 3):
        pages += [each.id for each in page]
        after = pages[-1]
    assert pages == sorted([*made, elsewhere])
    assert withdrawn not in pages
    assert [each.id for each in products.search(engine, "pizza", None, 9, shop)] == made
    assert {each.id for each in merchants.merchants(engine, None, 10, "cant")} == {shop, *_others(engine, other, shop)}


def _others(engine: Engine, *known: UUID) -> set[UUID]:
    """The active merchants that are not these."""
    found = rows(engine, "select id from merchants where active and not id = any(:known)", known=list(known))
    return {row.id for row in found}


def test_a_rare_word_is_found_by_the_index_and_a_common_one_is_bounded(engine: Engine, shop: UUID) -> None:
    rare = f"Xerem {secrets.token_hex(4)}"
    change(
        engine,
        "insert into products (merchant_id, name, price_cents)"
        " select :shop, case when n = 77 then :rare else 'Pizza ' || n end, 100 from generate_series(1, 3000) n",
        shop=shop,
        rare=rare,
    )
    change(engine, "analyze products")
    assert [each.name for each in products.search(engine, rare.upper(), None, 9)] == [rare]
    plan = rows(
        engine,
        "explain select id from products p"
        " where array_to_tsvector(search_words(p.name)) @@ search_query(:wanted) and p.active limit 2000",
        wanted="xerem",
    )
    assert "products_by_words" in "\n".join(row[0] for row in plan)
    seen: set[UUID] = set()
    after = None
    while page := products.search(engine, "pizza", after, 500):
        seen |= {each.id for each in page}
        after = page[-1].id
    assert len(seen) == 2000
