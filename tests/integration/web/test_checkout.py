"""The checkout without a browser: delivery or pick-up, saved addresses, and a total line by line."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.integration.web.test_orders import form_of, signed_in
from tests.support.api import World
from tests.support.delivery import NAMES, delivers
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.tables import rows

MARKUP = "<script>alert(1)</script>"
ADDRESS = {
    "recipient": NAMES[0],
    "phone": NAMES[1],
    "street": NAMES[2],
    "number": NAMES[3],
    "complement": "",
    "district": NAMES[4],
    "city": "São Paulo",
    "state": "sp",
    "postal_code": "01304-001",
    "location": "",
    "note": NAMES[5],
}


@pytest.fixture(autouse=True)
def delivering(engine: Engine, world: World) -> Iterator[None]:
    delivers(engine, world.merchant)
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from delivery_terms")
        connection.exec_driver_sql("delete from saved_addresses")


@pytest.fixture
def customer(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "customer")


def total(text: str) -> str:
    found = re.search(r'name="expected_total_cents" value="(\d+)"', text)
    assert found is not None, text
    return found[1]


def with_total(customer: Visitor, form: dict[str, Any]) -> dict[str, Any]:
    """The form after the page has shown the new total."""
    answer = customer.post("/checkout/quote", form, **{"HX-Request": "true"})
    assert "<html" not in answer.text
    return form | {"expected_total_cents": total(answer.text)}


def test_a_delivery_is_shown_line_by_line_and_ordered_to_a_typed_address(
    customer: Visitor, world: World, engine: Engine
) -> None:
    form = form_of(customer, world.products[0]) | {"method": "delivery", "tip": "3.50", "save": "1", **ADDRESS}
    form = with_total(customer, form)
    assert form["expected_total_cents"] == str(1000 + 700 + 350)
    answers = [customer.post("/checkout", form) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    page = customer.get(answers[0].headers["Location"]).text
    for text in ("Delivery", "R$7.00", "Tip", "R$3.50", "R$20.50", *NAMES):
        assert text in page
    (saved,) = rows(engine, "select label, contact from saved_addresses")
    assert saved.label == f"{NAMES[2]}, {NAMES[3]}"
    assert saved.contact["address"]["postal_code"] == "01304001"
    assert "note" not in saved.contact


def test_a_saved_address_is_chosen_first_and_copied_into_the_order(customer: Visitor, world: World) -> None:
    form = form_of(customer, world.products[0]) | {"method": "delivery", "save": "1", **ADDRESS}
    customer.post("/checkout", with_total(customer, form))
    form = form_of(customer, world.products[0])
    assert form["expected_total_cents"] == "1700"
    text = customer.get("/checkout").text
    chosen = re.search(r'name="address" id="to-([0-9a-f-]{36})" value="\1" checked', text)
    assert chosen is not None
    form |= {"method": "delivery", "address": chosen[1], "note": "second floor"}
    location = customer.post("/checkout", form).headers["Location"]
    customer.post(f"/account/addresses/{chosen[1]}/remove")
    page = customer.get(location).text
    assert NAMES[2] in page
    assert "second floor" in page


def test_a_pick_up_needs_no_name(customer: Visitor, world: World) -> None:
    form = form_of(customer, world.products[0]) | {"method": "pick_up", "recipient": "Ana", "phone": "", "note": ""}
    page = customer.get(customer.post("/checkout", form).headers["Location"]).text
    assert "R$10.00" in page
    assert "Pick-up" not in page


def test_a_total_that_was_not_shown_is_not_charged(customer: Visitor, world: World, engine: Engine) -> None:
    before = rows(engine, "select count(*) from orders")
    form = form_of(customer, world.products[0]) | {"method": "delivery", **ADDRESS}
    answer = customer.post("/checkout", form)
    assert answer.status_code == 409
    assert "this order cost R$10.00, and costs R$17.00 now" in answer.text
    assert total(answer.text) == "1700"
    assert rows(engine, "select count(*) from orders") == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"street": ""}, "Enter the street"),
        ({"street": "x" * 10_000}, "Enter the street"),
        ({"phone": "no"}, "Enter a phone number"),
        ({"postal_code": "1"}, "eight digits"),
        ({"state": "Sao Paulo"}, "two letters"),
        ({"location": "here"}, "Enter a latitude"),
        ({"location": "91, 0"}, "Enter a latitude"),
        ({"note": "x" * 301}, "at most 300 characters"),
        ({"tip": "much"}, "Enter an amount"),
        ({"tip": "1000.01"}, "Enter an amount"),
        ({"recipient": MARKUP, "phone": ""}, "Enter a phone number"),
    ],
)
def test_what_is_wrong_stands_next_to_its_field_and_nothing_is_ordered(
    customer: Visitor, world: World, engine: Engine, change: dict[str, str], words: str
) -> None:
    before = rows(engine, "select count(*) from orders")
    form = form_of(customer, world.products[0]) | {"method": "delivery", **ADDRESS} | change
    answer = customer.post("/checkout", form)
    assert answer.status_code == 422
    assert words in answer.text
    assert MARKUP not in answer.text
    assert "Nothing was ordered yet" in answer.text
    assert rows(engine, "select count(*) from orders") == before


def test_a_distance_is_priced_and_too_far_is_said(customer: Visitor, world: World, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from delivery_terms")
    delivers(engine, world.merchant, bands=[(3000, 600)])
    form = form_of(customer, world.products[0]) | {"method": "delivery", **ADDRESS}
    for location, words in (
        ("", "depends on the distance"),
        ("-23.6505, -46.6333", "does not deliver that far"),
    ):
        answer = customer.post("/checkout", form | {"location": location})
        assert answer.status_code == 409
        assert words in answer.text
    form = with_total(customer, form | {"location": "-23.5605, -46.6333"})
    assert form["expected_total_cents"] == "1600"
    assert customer.post("/checkout", form).status_code == 303


def test_the_shop_sees_where_to_until_the_order_ends(
    web: ServingProcess, customer: Visitor, world: World, engine: Engine
) -> None:
    merchant = signed_in(web, world, "merchant")
    form = with_total(customer, form_of(customer, world.products[0]) | {"method": "delivery", **ADDRESS})
    order_id = customer.post("/checkout", form).headers["Location"].rpartition("/")[2]
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "update orders set status = 'confirmed', payment_token = null where id = %(id)s", {"id": order_id}
        )
    for path in ("/board", f"/board/{order_id}/print"):
        assert NAMES[2] in merchant.get(path).text, path
    with engine.begin() as connection:
        connection.exec_driver_sql("update orders set status = 'cancelled' where id = %(id)s", {"id": order_id})
    for path in ("/board", f"/board/{order_id}/print"):
        assert NAMES[2] not in merchant.get(path).text, path
    operator = signed_in(web, world, "operator")
    assert NAMES[2] in operator.get(f"/operator/orders/{order_id}").text
    entries = rows(engine, "select detail from audit_log where subject = :id and action = 'order.read'", id=order_id)
    assert [entry.detail for entry in entries] == [{"contact": True}]
