"""A merchant gives a part of an order back on pages, and its customer sees it."""

import re

import pytest

from tests.integration.web.kitchen import Kitchen, nobodys
from tests.integration.web.test_board import signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess


@pytest.fixture
def kitchen(database_url: str, world: World) -> Kitchen:
    return Kitchen(database_url, world)


@pytest.fixture
def merchant(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "merchant")


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f-]{36})"', page)
    assert found is not None
    return found[1]


def test_what_was_missing_comes_back_once_and_its_customer_sees_it(
    web: ServingProcess, world: World, merchant: Visitor, kitchen: Kitchen
) -> None:
    order = kitchen.order("preparing")
    board = merchant.get("/board").text
    assert f'href="/board/{order}/refund"' in board
    page = merchant.get(f"/board/{order}/refund").text
    assert "R$10.00 of order" in page
    sent = {"key": key_of(page), "cause": "items_missing", f"missing-{world.products[0]}": "1"}
    for _ in range(2):
        answer = merchant.post(f"/board/{order}/refund", sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/board/{order}/refund")
    page = merchant.get(f"/board/{order}/refund").text
    assert "R$5.00 of order" in page
    assert page.count("Missing in the order: 1 × Pizza 0.") == 1
    assert kitchen.one("select count(*) from refunds where order_id = %s", order) == 1
    shown = signed_in(web, world, "customer").get(f"/orders/{order}").text
    assert "Missing in the order: 1 × Pizza 0." in shown
    assert "in progress" in shown
    merchant.language = "pt-BR"
    assert "Faltou no pedido: 1 × Pizza 0." in merchant.get(f"/board/{order}/refund").text


def test_an_amount_comes_back_after_the_delivery_and_no_more_than_is_left(merchant: Visitor, kitchen: Kitchen) -> None:
    order = kitchen.order("delivered")
    assert f'href="/board/{order}/refund"' in merchant.get("/board/delivered").text
    address = f"/board/{order}/refund"
    wanted = {"cause": "late", "amount": "9.50"}
    assert merchant.post(address, wanted | {"key": key_of(merchant.get(address).text)}).status_code == 303
    refused = merchant.post(address, wanted | {"key": key_of(merchant.get(address).text)})
    assert refused.status_code == 422
    assert "There is less left of the order than that." in refused.text
    rest = {"key": key_of(refused.text), "cause": "goodwill", "amount": "0.50"}
    assert merchant.post(address, rest).status_code == 303
    page = merchant.get(address).text
    assert "Nothing of order" in page
    assert "<form" not in page.split("<main")[1]
    reused = merchant.post(address, rest | {"amount": "0.40"})
    assert reused.status_code == 409
    assert "This form was sent before" in reused.text


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"cause": "items_missing"}, 422, "Say how many were missing."),
        ({"cause": "late", "amount": "x"}, 422, "Enter an amount such as"),
        ({"cause": "late", "amount": "0"}, 422, "Enter an amount such as"),
        ({"cause": "late", "amount": "10.01"}, 422, "less left"),
        ({"cause": "gift", "amount": "1"}, 400, ""),
        ({"cause": "items_missing", "missing-x": "1"}, 400, ""),
        ({"cause": "items_missing", "missing-5f1c6a9e-0000-4000-8000-000000000000": "1"}, 422, "less left"),
        ({"cause": "items_missing", "missing-5f1c6a9e-0000-4000-8000-000000000000": "-1"}, 400, ""),
        ({"cause": "late", "amount": "1", "key": "k"}, 400, ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_given_back(
    merchant: Visitor, kitchen: Kitchen, sent: dict[str, str], status: int, words: str
) -> None:
    order = kitchen.order("delivered")
    key = {"key": key_of(merchant.get(f"/board/{order}/refund").text)}
    answer = merchant.post(f"/board/{order}/refund", key | sent)
    assert answer.status_code == status
    assert words in answer.text
    assert kitchen.one("select count(*) from refunds where order_id = %s", order) == 0


def test_orders_of_others_and_those_that_are_not_accepted_give_nothing(merchant: Visitor, kitchen: Kitchen) -> None:
    sent = {"key": str(nobodys()), "cause": "late", "amount": "1.00"}
    for order in (kitchen.order("delivered", other=True), nobodys()):
        assert merchant.get(f"/board/{order}/refund").status_code == 404
        assert merchant.post(f"/board/{order}/refund", sent).status_code == 404
    new = kitchen.order("confirmed")
    assert f'href="/board/{new}/refund"' not in merchant.get("/board").text
    assert "Nothing of order" in merchant.get(f"/board/{new}/refund").text
    answer = merchant.post(f"/board/{new}/refund", sent)
    assert answer.status_code == 409
    assert "in the state in which it is" in answer.text


def test_a_ticket_keeps_its_time_when_a_part_comes_back(merchant: Visitor, kitchen: Kitchen) -> None:
    order = kitchen.order("preparing", ago="-7 minutes")
    before = re.search(rf'id="order-{order}"[^>]*data-since="([^"]+)"', merchant.get("/board").text)
    kitchen.one("update orders set updated_at = now(), version = version + 1 where id = %s returning 1", order)
    after = re.search(rf'id="order-{order}"[^>]*data-since="([^"]+)"', merchant.get("/board").text)
    assert before is not None
    assert after is not None
    assert before[1] == after[1]
