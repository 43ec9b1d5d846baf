"""One account that orders as much as it can and does not pay, while others order."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest
import requests

from pedidos.settings.groups.database import DatabaseSettings
from pedidos.steps.reserve import reserve
from pedidos.steps.validate import validate
from pedidos.storage.engine import make_engine
from tests.support.api import Api, Serve, World, make_world
from tests.support.processes import Tokens

ATTEMPTS = 50
UNITS, OF_ONE = 4, 60
STOCK = 150
HONEST, WANTED = 10, 9
"""Customers, and the units of each: all of them together want what is left beyond the limit of one."""


@pytest.fixture(scope="module")
def apis(serve: Serve) -> list[Api]:
    limits = {"unpaid_units": OF_ONE, "unpaid_orders": 40, "orders_per_minute": 100}
    return [serve(**limits), serve(**limits)]


@pytest.fixture
def shop(database_url: str) -> World:
    """Accounts that have ordered nothing yet."""
    return make_world(database_url)


def scarce(database_url: str, world: World) -> UUID:
    """A product of which there are few units, at a merchant that is always open."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into opening_hours select %s, weekday, 0, 1440 from generate_series(1, 7) weekday", [world.merchant]
        )
        row = connection.execute(
            "insert into products (merchant_id, name, price_cents) values (%s, 'Trufa', 900) returning id",
            [world.merchant],
        ).fetchone()
        assert row is not None
        connection.execute("insert into stock (product_id, on_hand) values (%s, %s)", [row[0], STOCK])
    assert isinstance(row[0], UUID)
    return row[0]


def customers(database_url: str, tokens: Tokens, number: int) -> list[str]:
    """Access tokens of new customers."""
    with psycopg.connect(database_url) as connection:
        made = [
            connection.execute(
                "insert into accounts (email, name, role, password_hash)"
                " values (gen_random_uuid() || '@example.org', 'Ana', 'customer', '!') returning id"
            ).fetchone()
            for _ in range(number)
        ]
    return [tokens.customer(row[0]) for row in made if row is not None]


def reserved(database_url: str, order_ids: list[UUID]) -> list[UUID]:
    """The orders that get their units when the pipeline comes to them."""
    engine = make_engine(DatabaseSettings(database_url=database_url), "tests")
    try:
        return reserve(engine, validate(engine, order_ids, "test"), "test")
    finally:
        engine.dispose()


def ordered(api: Api, token: str, **changes: object) -> requests.Response:
    """The answer to an order; repeated with its key while another order of the account is counted."""
    key = str(uuid4())
    while True:
        answer = api.ask(
            "POST", "/v1/orders", token=token, json=api.order_body(**changes), headers={"Idempotency-Key": key}
        )
        if answer.status_code != 503:
            return answer
        assert answer.json()["type"] == "/problems/held"


def test_the_stock_is_not_for_one_account(apis: list[Api], shop: World, tokens: Tokens, database_url: str) -> None:
    """Two api processes, 50 orders at the same moment: exactly the limit goes through."""
    product = scarce(database_url, shop)
    mine = [api.for_others(shop) for api in apis]
    (attacker,) = customers(database_url, tokens, 1)
    honest = customers(database_url, tokens, HONEST)

    def attempt(number: int) -> requests.Response:
        items = [{"product_id": str(product), "quantity": UNITS}]
        return ordered(mine[number % 2], attacker, items=items, payment_token="tok_error")

    def order(token: str) -> requests.Response:
        return ordered(mine[0], token, items=[{"product_id": str(product), "quantity": WANTED}])

    with ThreadPoolExecutor(ATTEMPTS) as attack, ThreadPoolExecutor(HONEST) as others:
        attempts = [attack.submit(attempt, number) for number in range(ATTEMPTS)]
        placed = list(others.map(order, honest))
        answers = [each.result(60) for each in attempts]
    assert {answer.status_code for answer in placed} == {202}
    assert Counter(answer.status_code for answer in answers) == {202: OF_ONE // UNITS, 429: ATTEMPTS - OF_ONE // UNITS}
    for refused in (answer for answer in answers if answer.status_code == 429):
        assert int(refused.headers["Retry-After"]) >= 1
        document = refused.json()
        assert document["type"] == "/problems/order-limit-reached"
        assert (document["limit"], document["most"]) == ("unpaid_units", OF_ONE)

    ids = [UUID(answer.json()["id"]) for answer in (*answers, *placed) if answer.status_code == 202]
    assert set(reserved(database_url, ids)) == set(ids)


@pytest.mark.parametrize(
    ("limit", "most", "quantity"),
    [("orders_per_minute", 3, 1), ("unpaid_orders", 3, 1), ("unpaid_units", 6, 2)],
)
def test_each_limit_is_named(serve: Serve, shop: World, limit: str, most: int, quantity: int) -> None:
    api = serve(**{limit: most}).for_others(shop)
    items = [{"product_id": str(shop.products[0]), "quantity": quantity}]
    key = str(uuid4())
    first = api.place(key=key, items=items)
    answers = [api.place(items=items) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    document = answers[-1].json()
    assert (document["limit"], document["most"]) == (limit, most)
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert api.place(key=key, items=items).content == first.content
    assert api.place(who="customer2", items=items).status_code == 202


def test_an_order_beyond_the_limit_of_units_says_so(apis: list[Api], shop: World) -> None:
    api = apis[0].for_others(shop)
    product, other = map(str, shop.products[:2])
    lines = [(product, OF_ONE - 1), (other, 1), (product, 2)]
    answer = api.place(items=[{"product_id": each, "quantity": quantity} for each, quantity in lines])
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["items.0.quantity", "items.2.quantity"]
