"""A customer: from the first page to an order that the shop has, and what can happen on the way."""

import re
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.accessibility import overflow, violations
from tests.pages.person import PHONE, Person
from tests.support.client import Client
from tests.support.demo import MARGHERITA, MERCHANT, PIZZERIA
from tests.support.platform import Platform

SHOP, PRODUCT = "Pizzaria Vesúvio", "Pizza margherita"


@pytest.fixture
def customer(person: Person) -> Person:
    """Signed in as the customer of the demo."""
    person.goes_to("/sign-in").get_by_role("button", name="Enter as a customer").click()
    expect(person.page.get_by_role("button", name="Sign out")).to_be_visible()
    return person


@pytest.fixture
def merchant(platform: Platform) -> Client:
    """The shop, through the API."""
    return platform.client(MERCHANT)


def fill_basket(page: Page) -> None:
    page.get_by_role("link", name=SHOP).click()
    page.get_by_role("button", name=f"Add {PRODUCT} to the basket").click()
    expect(page.get_by_role("complementary", name="Your basket")).to_contain_text(PRODUCT)


def order(page: Page, how: str = "Test card that pays") -> str:
    """Orders what is in the basket. Returns the order's id."""
    page.get_by_role("link", name="To the checkout").click()
    page.get_by_label(how).check()
    page.get_by_role("button", name="Order and pay").click()
    page.wait_for_url(re.compile("/orders/[0-9a-f-]{36}$"))
    return page.url.rpartition("/")[2]


def orders(customer: Person) -> list[str | None]:
    """The paths of the customer's newest orders, newest first. They have those of other tests too."""
    links = customer.goes_to("/orders").get_by_role("main").locator("a[href^='/orders/']")
    return [link.get_attribute("href") for link in links.all()]


def test_from_the_first_page_to_the_kitchen_and_back(customer: Person) -> None:
    page = customer.page
    fill_basket(page)
    page.reload()
    expect(page.get_by_role("complementary", name="Your basket")).to_contain_text(PRODUCT)
    order_id = order(page)
    # No reload: the page hears of it.
    expect(page.get_by_role("heading", level=1)).to_have_text("The shop has your order")
    page.get_by_role("button", name="Cancel this order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This order is cancelled")
    ledger = page.get_by_role("table")
    expect(ledger.get_by_role("row", name="Products: back in stock")).to_be_visible()
    expect(ledger.get_by_role("row", name="Payment: given back")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel this order")).to_have_count(0)
    page.get_by_role("link", name="Your orders").click()
    expect(page.locator(f"a[href='/orders/{order_id}']")).to_have_text(SHOP)


def test_a_double_click_orders_once_and_the_way_back_orders_nothing(customer: Person) -> None:
    page = customer.page
    before = orders(customer)
    page.goto(customer.address)
    fill_basket(page)
    page.get_by_role("link", name="To the checkout").click()
    page.get_by_role("button", name="Order and pay").dblclick()
    page.wait_for_url(re.compile("/orders/[0-9a-f-]{36}$"))
    ordered = page.url.removeprefix(customer.address)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your basket is empty")
    assert orders(customer)[:2] == [ordered, *before[:1]]


def test_a_declined_payment_says_what_to_do(customer: Person) -> None:
    page = customer.page
    fill_basket(page)
    order(page, "Test card that is declined")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your payment was declined")
    expect(page.get_by_text("choose another way to pay")).to_be_visible()
    page.get_by_role("button", name="Order the same again").click()
    expect(page.get_by_role("complementary", name="Your basket")).to_contain_text(PRODUCT)


def test_the_page_goes_on_after_a_restart_of_live_and_of_web(
    customer: Person, platform: Platform, merchant: Client
) -> None:
    page = customer.page
    fill_basket(page)
    order_id = order(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("The shop has your order")
    customer.expected = {502, 503}
    for process, move, headline in (
        ("live", "prepare", "Your order is being prepared"),
        ("web", "dispatch", "Your order is on its way"),
    ):
        platform.run("restart", process)
        merchant.post(f"/v1/orders/{order_id}/{move}")
        expect(page.get_by_role("heading", level=1)).to_have_text(headline, timeout=20_000)


def test_a_price_that_changed_meanwhile_is_shown_and_nothing_is_ordered(customer: Person, merchant: Client) -> None:
    page = customer.page
    customer.expected = {409}
    fill_basket(page)
    page.get_by_role("link", name="To the checkout").click()
    path = f"/v1/products/{MARGHERITA}"
    before = merchant.get(path).json()["price_cents"]
    merchant.ask("PATCH", path, json={"price_cents": before + 100})
    try:
        page.get_by_role("button", name="Order and pay").click()
        expect(page.get_by_role("alert")).to_contain_text("The total has changed")
        expect(page.get_by_role("alert")).to_contain_text("Nothing was ordered yet")
    finally:
        merchant.ask("PATCH", path, json={"price_cents": before})


def test_a_sign_out_in_another_tab_leads_to_the_sign_in_and_back(customer: Person) -> None:
    page = customer.page
    other = customer.context.new_page()
    other.goto(customer.address)
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto(f"{customer.address}/orders")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_role("button", name="Enter as a customer").click()
    page.wait_for_url("**/orders")


FORMS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "phone, dark, Portuguese": {"width": PHONE, "colours": "dark", "language": "pt-BR"},
}


@pytest.mark.parametrize("form", FORMS)
def test_no_page_of_a_customer_has_barriers(platform: Platform, browser: Browser, form: str) -> None:
    with Person.at(platform, browser, **FORMS[form]) as person:
        page = person.goes_to("/sign-in")
        found = []

        def look() -> None:
            found.extend(violations(page))
            assert overflow(page) <= 0, page.url

        look()
        page.locator("button[value=customer]").click()
        page.locator("a.tile").filter(has_text=SHOP).click()
        page.locator("button[name=add]").first.click()
        expect(page.locator("#basket form").first).to_be_visible()
        look()
        page.goto(f"{person.address}/checkout")
        look()
        page.locator("form[data-once] button").click()
        page.locator("#cancel").click()
        expect(page.locator("[data-state=cancelled]").first).to_be_visible()
        expect(page.locator("[data-changing]")).to_have_count(0)
        look()
        page.goto(f"{person.address}/orders")
        look()
        assert found == []


def test_a_delivery_from_the_checkout_to_the_shops_ticket_and_the_saved_address(
    customer: Person, merchant: Client
) -> None:
    page = customer.page
    fill_basket(page)
    page.get_by_role("link", name="To the checkout").click()
    page.get_by_label("Delivery").check()
    total = page.get_by_role("heading", level=1)
    expect(total).to_have_text("This order costs R$56.90")  # no reload: the page asks for the new total
    for label, text in {
        "Phone": "+55 11 91234-5678",
        "Street": "Rua Augusta",
        "Number": "1024",
        "District": "Consolação",
        "City": "São Paulo",
        "State": "SP",
        "CEP": "01304-001",
        "Tip in reais": "3.10",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Keep this address").check()
    expect(total).to_have_text("This order costs R$60.00")
    page.get_by_role("button", name="Order and pay R$60.00").click()
    page.wait_for_url(re.compile("/orders/[0-9a-f-]{36}$"))
    expect(page.get_by_role("main")).to_contain_text("Rua Augusta, 1024")
    order_id = page.url.rpartition("/")[2]
    try:
        assert merchant.order(order_id)["contact"]["address"]["postal_code"] == "01304001"
        page.goto(customer.address)
        fill_basket(page)
        page.goto(f"{customer.address}/checkout")
        expect(page.get_by_label("Rua Augusta, 1024")).to_be_checked()
        expect(page.get_by_label("Street", exact=True)).to_be_hidden()
        expect(total).to_have_text("This order costs R$56.90")
    finally:
        page.goto(f"{customer.address}/account/addresses")
        page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No address is saved yet")


def test_an_order_for_later_is_planned_and_its_shop_can_cancel_it(
    customer: Person, platform: Platform, browser: Browser
) -> None:
    page = customer.page
    fill_basket(page)
    page.get_by_role("link", name="To the checkout").click()
    customer.expected = {422}
    when = page.get_by_label("Day and time, for later")
    tomorrow = datetime.now(ZoneInfo("America/Sao_Paulo")) + timedelta(days=1)
    when.fill((tomorrow + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Order and pay").click()
    expect(page.get_by_text("Must be within 7 days.")).to_be_visible()
    when.fill(tomorrow.strftime("%Y-%m-%dT%H:%M"))
    assert violations(page) == []
    page.get_by_role("button", name="Order and pay").click()
    page.wait_for_url(re.compile("/orders/[0-9a-f-]{36}$"))
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("Your order is planned")
    expect(page.get_by_role("main")).to_contain_text("Wanted for")
    number = page.url[-5:].upper()
    with Person.at(platform, browser) as owner:
        board = owner.goes_to("/sign-in")
        board.locator("button[value=merchant]").click()
        board.goto(f"{owner.address}/board")
        later = board.locator("#later")
        later.locator("summary").click()
        row = later.get_by_role("listitem").filter(has_text=number)
        expect(row).to_contain_text(PRODUCT)
        for width in (PHONE, 1280):
            board.set_viewport_size({"width": width, "height": 900})
            assert violations(board) == []
            assert overflow(board) <= 0
        row.get_by_role("button", name=f"Cancel · {number}").click()
        expect(row).to_have_count(0)
    expect(title).to_have_text("This order is cancelled")  # no reload


@pytest.fixture
def pasta(merchant: Client) -> Iterator[str]:
    """A product that needs a size; its name. It is withdrawn afterwards."""
    name = f"Massa {secrets.token_hex(3)}"
    path = f"/v1/merchants/{PIZZERIA}/products"
    made = merchant.post(path, {"name": name, "price_cents": 3000, "on_hand": 50}).json()["id"]
    sizes = [{"name": "Pequena"}, {"name": "Grande", "price_cents": 900}]
    extras = [{"name": "Queijo", "price_cents": 450}, {"name": "Ovo"}]
    groups = [
        {"name": "Tamanho", "least": 1, "most": 1, "choices": sizes},
        {"name": "Adicionais", "most": 2, "choices": extras},
    ]
    assert merchant.put(f"/v1/products/{made}/options", {"groups": groups}).status_code == 200
    yield name
    assert merchant.ask("PATCH", f"/v1/products/{made}", json={"active": False}).status_code == 200


def test_a_product_is_found_ordered_with_its_choices_and_sold_out_today(
    customer: Person, platform: Platform, browser: Browser, pasta: str
) -> None:
    page = customer.page
    page.goto(customer.address)
    page.get_by_role("searchbox").fill(pasta.upper())
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=pasta).click()
    page.locator("summary", has_text="Choose").click()
    add = page.get_by_role("button", name=f"Add {pasta} to the basket")
    page.get_by_label("Queijo").check()
    add.click()  # the browser itself asks for the size
    expect(page.get_by_label("Pequena")).to_be_focused()
    page.get_by_label("Grande").check()
    assert violations(page) == []
    add.click()
    basket = page.get_by_role("complementary", name="Your basket")
    expect(basket).to_contain_text("Grande, Queijo")
    expect(basket.get_by_role("listitem").last).to_contain_text("R$43.50")
    order(page)
    ordered = page.get_by_role("main")
    expect(ordered).to_contain_text("Tamanho: Grande, R$9.00")
    expect(ordered).to_contain_text("Adicionais: Queijo, R$4.50")
    with Person.at(platform, browser) as owner:
        board = owner.goes_to("/sign-in")
        board.locator("button[value=merchant]").click()
        board.goto(f"{owner.address}/products")
        board.get_by_role("button", name=f"Sold out today · {pasta}").click()
        row = board.get_by_role("listitem").filter(has_text=pasta)
        expect(row).to_contain_text("sold out today")
        row.get_by_role("link", name=pasta).click()
        expect(board.get_by_text("sold out until")).to_be_visible()
        board.get_by_role("link", name="Edit the options").click()
        expect(board.get_by_role("heading", level=1)).to_have_text(f"{pasta} has 2 groups of options")
        for width in (PHONE, 1280):
            board.set_viewport_size({"width": width, "height": 900})
            assert violations(board) == []
            assert overflow(board) <= 0
    page.goto(f"{customer.address}/shops/{PIZZERIA}?q={pasta}")
    expect(page.get_by_text("sold out today")).to_be_visible()
    expect(add).to_be_disabled()
