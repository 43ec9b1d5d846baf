"""A courier on a phone: takes an order, picks it up, mistypes the code, and delivers it; its customer watches."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.accessibility import overflow, violations
from tests.pages.person import PHONE, Person
from tests.support.client import Client
from tests.support.delivery import NAMES, handover
from tests.support.demo import CUSTOMER, MARGHERITA, MERCHANT, PIZZERIA
from tests.support.platform import Platform


@pytest.fixture
def courier(platform: Platform, browser: Browser) -> Iterator[Person]:
    with Person.at(platform, browser, width=PHONE) as person:
        person.goes_to("/sign-in").locator("button[value=courier]").click()
        person.page.wait_for_url("**/deliveries")
        yield person


def prepared(platform: Platform) -> str:
    """An order to be delivered, which the pizzeria prepares."""
    customer: Client = platform.client(CUSTOMER)
    body = {
        "merchant_id": PIZZERIA,
        "items": [{"product_id": MARGHERITA, "quantity": 1}],
        "payment_token": "tok_ok",
        "handover": handover(),
    }
    answer = customer.post("/v1/orders", body, **{"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 202, answer.text
    order_id: str = answer.json()["id"]
    customer.sees(order_id, "order.confirmed")
    accepted = platform.client(MERCHANT).post(f"/v1/orders/{order_id}/accept", {"minutes": 30})
    assert accepted.status_code == 200, accepted.text
    return order_id


def test_an_order_goes_with_a_courier_to_the_door(courier: Person, platform: Platform, browser: Browser) -> None:
    order_id = prepared(platform)
    number = order_id[-5:].upper()
    street = courier.page
    waiting = street.get_by_role("button", name=f"Take · {number}")
    expect(waiting).to_be_visible()  # without a reload
    expect(street.get_by_text(NAMES[2])).to_have_count(0)
    assert violations(street) == []
    assert overflow(street) <= 0
    with Person.at(platform, browser) as eater:
        page = eater.goes_to("/sign-in")
        page.get_by_role("button", name="Enter as a customer").click()
        page.goto(f"{eater.address}/orders/{order_id}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your order is being prepared")
        waiting.click()
        card = street.locator(f"#order-{order_id}")
        expect(card).to_contain_text(NAMES[2])
        expect(page.get_by_text("A courier fetches your order at the shop.")).to_be_visible()
        code = page.locator(".handing .code").inner_text()
        card.get_by_role("button", name="Picked up").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your order is on its way")
        assert violations(page) == []
        courier.expected = {409}
        card.get_by_label("Code of the customer").fill(f"{(int(code) + 1) % 10_000:04}")
        card.get_by_role("button", name="Delivered").click()
        expect(street.get_by_text("Tries left: 4.")).to_be_visible()
        assert violations(street) == []
        assert overflow(street) <= 0
        card.get_by_label("Code of the customer").fill(code)
        card.get_by_role("button", name="Delivered").click()
        expect(card).to_have_count(0)
        expect(page.get_by_role("heading", level=1)).to_have_text("Your order was delivered")
