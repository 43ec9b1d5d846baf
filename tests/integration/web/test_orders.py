"""Ordering without a browser: what an edited, repeated or stale form can do, and whose orders a visitor sees."""

import re
import uuid
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

ORDER = re.compile(r"/orders/[0-9a-f-]{36}")


@pytest.fixture
def customer(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "customer")


def signed_in(web: ServingProcess, world: World, name: str) -> Visitor:
    visitor = Visitor(web)
    visitor.signs_in(world.emails[name])
    return visitor


def form_of(visitor: Visitor, product: UUID, quantity: int = 2) -> dict[str, Any]:
    """What the checkout sends for this basket."""
    visitor.post(f"/basket/{product}", {"quantity": quantity})
    text = visitor.get("/checkout").text
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text)[-3:]) | {"payment": "tok_ok"}


def orders(database_url: str, world: World, name: str = "customer") -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select count(*) from orders where customer_id = %s", [world.accounts[name]]
        ).fetchone()
    assert row is not None
    count: int = row[0]
    return count


def test_a_form_that_is_sent_twice_makes_one_order(customer: Visitor, world: World, database_url: str) -> None:
    before = orders(database_url, world)
    form = form_of(customer, world.products[0])
    first, second = customer.post("/checkout", form), customer.post("/checkout", form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert ORDER.fullmatch(first.headers["Location"])
    assert first.headers["Location"] == second.headers["Location"]
    assert orders(database_url, world) == before + 1
    page = customer.get(first.headers["Location"]).text
    assert "2 × Pizza 0" in page
    assert "R$10.00" in page


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"expected_total_cents": "1"}, 409, "The total has changed"),
        ({"expected_total_cents": "-1"}, 400, "could not be read"),
        ({"expected_total_cents": "9" * 30}, 400, "could not be read"),
        ({"expected_total_cents": ""}, 400, "could not be read"),
        ({"payment": "tok_free"}, 400, "could not be read"),
        ({"payment": ""}, 400, "could not be read"),
        ({"key": "1"}, 400, "could not be read"),
        ({"basket": "x" * 10_000}, 400, "could not be read"),
        ({"basket": ""}, 400, "could not be read"),
        ({"basket": "<script>alert(1)</script>"}, 400, "could not be read"),
        ({"basket": f"{uuid.uuid4().hex}.{uuid.uuid4().hex}x1"}, 409, "not sold any more"),
    ],
)
def test_an_edited_field_orders_nothing_and_says_so(
    customer: Visitor, world: World, database_url: str, change: dict[str, str], status: int, words: str
) -> None:
    before = orders(database_url, world)
    answer = customer.post("/checkout", form_of(customer, world.products[0]) | change)
    assert answer.status_code == status
    assert words in answer.text
    assert orders(database_url, world) == before


def test_a_key_that_was_used_for_another_order_orders_nothing(
    customer: Visitor, world: World, database_url: str
) -> None:
    form = form_of(customer, world.products[0])
    assert customer.post("/checkout", form).status_code == 303
    before = orders(database_url, world)
    other = form_of(customer, world.products[1]) | {"key": form["key"]}
    answer = customer.post("/checkout", other)
    assert answer.status_code == 409
    assert "This form was sent before" in answer.text
    assert orders(database_url, world) == before


def test_a_stale_tab_orders_what_it_shows_and_leaves_the_new_basket(customer: Visitor, world: World) -> None:
    stale = form_of(customer, world.products[0])
    customer.post(f"/basket/{world.products[1]}", {"quantity": "3"})
    page = customer.get(customer.post("/checkout", stale).headers["Location"]).text
    assert "2 × Pizza 0" in page
    assert "Pizza 1" not in page
    assert "Pizza 1" in customer.get("/checkout").text


def test_nobody_sees_or_cancels_the_order_of_another(customer: Visitor, web: ServingProcess, world: World) -> None:
    address = customer.post("/checkout", form_of(customer, world.products[0])).headers["Location"]
    other = signed_in(web, world, "customer2")
    for answer in (other.get(address), other.get(f"{address}/now"), other.post(f"{address}/cancel")):
        assert answer.status_code == 404
    assert address not in other.get("/orders").text
    assert "We have your order" in customer.get(address).text


def test_an_order_is_cancelled_once(customer: Visitor, world: World) -> None:
    address = customer.post("/checkout", form_of(customer, world.products[0])).headers["Location"]
    for _ in range(2):
        assert customer.post(f"{address}/cancel").headers["Location"] == address
    page = customer.get(address).text
    assert "This order is cancelled" in page
    assert "/cancel" not in page


def test_pages_of_a_customer_are_not_for_others(web: ServingProcess, world: World) -> None:
    for name in ("merchant", "operator"):
        visitor = signed_in(web, world, name)
        for path in ("/orders", "/checkout"):
            answer = visitor.get(path)
            assert answer.status_code == 403
            assert "not for your account" in answer.text


def test_a_visitor_is_led_to_the_sign_in_and_back(visitor: Visitor) -> None:
    address = visitor.get("/orders?before=1").headers["Location"]
    assert address == "/sign-in?next=/orders%3Fbefore%3D1"
    assert 'name="next" value="/orders?before=1"' in visitor.get(address).text
    answer = visitor.post("/checkout", {"key": "1"})
    assert answer.status_code == 401
    assert "You are signed out" in answer.text
    assert visitor.get("/orders", **{"HX-Request": "true"}).status_code == 401


def test_the_history_is_read_page_by_page(customer: Visitor, world: World) -> None:
    for _ in range(22):
        customer.post("/checkout", form_of(customer, world.products[0]))
    first = customer.get("/orders").text
    assert len(ORDER.findall(first)) == 20
    older = re.search(r'href="(/orders\?before=[^"]+)"', first)
    assert older is not None
    assert not set(ORDER.findall(first)) & set(ORDER.findall(customer.get(older[1]).text))
    assert customer.get("/orders?before=nonsense").status_code == 200


def test_an_account_cannot_order_more_than_its_limits_allow(
    world: World, web: ServingProcess, database_url: str
) -> None:
    customer = signed_in(web, world, "customer2")
    before = orders(database_url, world, "customer2")
    form = form_of(customer, world.products[0], quantity=60)  # of 100 that may wait for their payment
    assert customer.post("/checkout", form).status_code == 303
    answer = customer.post("/checkout", form_of(customer, world.products[0], quantity=60))
    assert answer.status_code == 429
    assert "You have placed many orders" in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert orders(database_url, world, "customer2") == before + 1
