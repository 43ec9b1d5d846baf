"""The basket and the menu, with what people and programs send."""

import re
from uuid import uuid4

import pytest

from pedidos.domain.validation import MAX_QUANTITY
from tests.support.api import World
from tests.support.pages import Visitor

BASKET = "__Host-basket"


def counts(visitor: Visitor, world: World) -> list[str]:
    """The number of each product in the basket, as the menu shows them."""
    return re.findall(r"<span>(\d+)</span>", visitor.get(f"/shops/{world.merchant}").text)


def test_products_are_added_one_by_one_counted_and_taken_out(visitor: Visitor, world: World) -> None:
    product = world.products[0]
    answer = visitor.post(f"/basket/{product}", {"add": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/shops/{world.merchant}#basket")
    visitor.post(f"/basket/{product}", {"add": "1"})
    assert counts(visitor, world) == ["2"]
    visitor.post(f"/basket/{product}", {"quantity": "7"})
    assert counts(visitor, world) == ["7"]
    visitor.post(f"/basket/{product}", {"quantity": "0"})
    assert counts(visitor, world) == []
    assert BASKET not in visitor.cookies


def test_a_script_gets_the_basket_alone(visitor: Visitor, world: World) -> None:
    answer = visitor.post(f"/basket/{world.products[0]}", {"add": "1"}, **{"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Pizza 0" in answer.text
    assert "<html" not in answer.text


def test_the_products_of_another_shop_are_asked_about_first(visitor: Visitor, world: World) -> None:
    visitor.post(f"/basket/{world.products[0]}", {"add": "1"})
    answer = visitor.post(f"/basket/{world.other_product}", {"add": "1"})
    page = visitor.get(answer.headers["Location"]).text
    assert "Your basket has products of another shop" in page
    assert counts(visitor, world) == ["1"]
    visitor.post(f"/basket/{world.other_product}", {"add": "1", "replace": "1"})
    assert "Pão" in visitor.get("/shops/" + str(world.other_merchant)).text
    assert "Pizza 0</div>" not in visitor.get("/shops/" + str(world.other_merchant)).text


@pytest.mark.parametrize("quantity", ["", "x", "1.5", "9" * 10_000, "<b>"])
def test_a_quantity_that_is_none_is_refused(visitor: Visitor, world: World, quantity: str) -> None:
    assert visitor.post(f"/basket/{world.products[0]}", {"quantity": quantity}).status_code == 400
    assert BASKET not in visitor.cookies


def test_more_than_an_order_may_have_are_not_put_in(visitor: Visitor, world: World) -> None:
    visitor.post(f"/basket/{world.products[0]}", {"quantity": "100000"})
    assert counts(visitor, world) == [str(MAX_QUANTITY)]
    visitor.post(f"/basket/{world.products[0]}", {"quantity": "-5"})
    assert counts(visitor, world) == []


@pytest.mark.parametrize(
    "cookie", ["x", "." * 100, f"{'a' * 32}.{'b' * 32}x0", f"{'a' * 32}.{'b' * 32}x1", "9" * 3000, "%00"]
)
def test_a_cookie_that_is_not_ours_is_an_empty_basket(visitor: Visitor, world: World, cookie: str) -> None:
    visitor.cookies[BASKET] = cookie
    assert counts(visitor, world) == []


def test_a_search_finds_by_part_of_a_name_and_shows_no_markup(visitor: Visitor, world: World) -> None:
    path = f"/shops/{world.merchant}"
    found = visitor.get(f"{path}?q=pizza 1").text
    assert "Pizza 1" in found
    assert "Pizza 0" not in found
    for wanted in ("<script>alert(1)</script>", "%", "_", "x" * 10_000, "\x00"):
        answer = visitor.ask("GET", path, {}, params={"q": wanted})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<b>Pizza" not in answer.text or wanted == "\x00"


def test_the_first_page_searches_all_shops(visitor: Visitor, world: World) -> None:
    page = visitor.get("/?q=PAO").text
    assert f'href="/shops/{world.other_merchant}?q=P%C3%A3o"' in page
    assert "Pizza" not in page
    assert f'href="/shops/{world.merchant}"' in visitor.get("/?q=ana").text
    for wanted in ("<script>alert(1)</script>", "%", "x" * 10_000, "\x00"):
        answer = visitor.ask("GET", "/", {}, params={"q": wanted})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
    assert "Nothing is called" in visitor.get("/?q=xyzzy").text


def test_an_unknown_shop_or_product_is_not_found(visitor: Visitor) -> None:
    assert visitor.get(f"/shops/{uuid4()}").status_code == 404
    assert visitor.post(f"/basket/{uuid4()}", {"add": "1"}).status_code == 404
