"""A customer's saved addresses on pages."""

import re
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from pedidos.storage.accounts.addresses import MOST
from tests.integration.web.test_checkout import ADDRESS, MARKUP
from tests.integration.web.test_orders import signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.tables import rows


@pytest.fixture
def customer(web: ServingProcess, world: World, engine: Engine) -> Iterator[Visitor]:
    yield signed_in(web, world, "customer")
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from saved_addresses")


def form(**changes: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "label": "Home", **ADDRESS} | changes


def test_an_address_is_saved_once_changed_and_removed(customer: Visitor, engine: Engine) -> None:
    sent = form()
    for _ in range(2):
        assert customer.post("/account/addresses", sent).status_code == 303
    page = customer.get(f"/account/addresses?change={sent['key']}").text
    assert "Orders can go to 1 saved address" in page
    assert "Change the address" in page
    assert re.search(r'name="label" value="Home"', page)
    customer.post("/account/addresses", sent | {"label": "Work"})
    assert [row.label for row in rows(engine, "select label from saved_addresses")] == ["Work"]
    for _ in range(2):
        assert customer.post(f"/account/addresses/{sent['key']}/remove").status_code == 303
    assert "No address is saved yet" in customer.get("/account/addresses").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"label": ""}, "Enter a name of up to 40 characters"),
        ({"label": "a\nb"}, "Enter a name of up to 40 characters"),
        ({"city": ""}, "Enter the city"),
        ({"street": MARKUP, "city": ""}, "Enter the city"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    customer: Visitor, engine: Engine, change: dict[str, str], words: str
) -> None:
    answer = customer.post("/account/addresses", form(**change))
    assert answer.status_code == 422
    assert words in answer.text
    assert MARKUP not in answer.text
    assert ADDRESS["district"] in answer.text
    assert rows(engine, "select from saved_addresses") == []


def test_there_is_a_limit_and_a_strange_form_is_refused(customer: Visitor) -> None:
    for _ in range(MOST):
        assert customer.post("/account/addresses", form()).status_code == 303
    assert "as many addresses as an account can have" in customer.get("/account/addresses").text
    assert customer.post("/account/addresses", form()).status_code == 409
    assert customer.post("/account/addresses", form(key="1")).status_code == 400


def test_they_are_for_customers(web: ServingProcess, world: World, visitor: Visitor) -> None:
    assert signed_in(web, world, "merchant").get("/account/addresses").status_code == 403
    assert visitor.get("/account/addresses").status_code in (302, 303, 401)
