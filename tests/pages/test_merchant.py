"""A merchant: the board that never needs a reload, on one tablet and on two, and beside a customer who orders."""

import re
import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from pedidos.domain.picture import LONGEST_SIDE, MOST_BYTES
from tests.pages.accessibility import overflow, violations
from tests.pages.person import PHONE, Person
from tests.support.client import Client
from tests.support.demo import CUSTOMER, MARGHERITA
from tests.support.pictures import saved
from tests.support.platform import Platform

NEWEST = "/board?sort=newest"
"""Experiments of other tests can leave more orders to the shop than its board shows at once."""


def enters(person: Person) -> Person:
    """Signs in as the merchant of the demo, and sees the orders that come."""
    person.goes_to(f"/sign-in?next={quote(NEWEST)}").locator("button[value=merchant]").click()
    person.page.wait_for_url(f"{person.address}{NEWEST}")
    return person


@pytest.fixture
def merchant(person: Person) -> Person:
    return enters(person)


@pytest.fixture
def other_tablet(platform: Platform, browser: Browser) -> Iterator[Person]:
    """Another browser of the same merchant."""
    with Person.at(platform, browser) as other:
        yield enters(other)


@pytest.fixture
def customer(platform: Platform) -> Client:
    """Someone who orders through the API."""
    return platform.client(CUSTOMER)


def ticket(page: Page, order_id: str, column: str) -> Locator:
    return page.locator(f"[data-list={column}] > #order-{order_id}")


def test_an_order_goes_from_the_customer_through_the_kitchen_and_both_see_it(
    merchant: Person, platform: Platform, browser: Browser
) -> None:
    board = merchant.page
    with Person.at(platform, browser) as eater:
        page = eater.goes_to("/sign-in")
        page.get_by_role("button", name="Enter as a customer").click()
        page.get_by_role("link", name="Pizzaria Vesúvio").click()
        page.get_by_role("button", name="Add Pizza margherita to the basket").click()
        page.get_by_role("link", name="To the checkout").click()
        page.get_by_role("button", name="Order and pay").click()
        page.wait_for_url(re.compile("/orders/[0-9a-f-]{36}$"))
        order_id = page.url.rpartition("/")[2]
        for column, button, headline in (
            ("confirmed", "Accept", "Your order is being prepared"),
            ("preparing", "Send on its way", "Your order is on its way"),
            ("on_its_way", "Delivered", "Your order was delivered"),
        ):
            here = ticket(board, order_id, column)
            expect(here).to_contain_text("1 × Pizza margherita")
            if column == "confirmed":
                expect(here).to_contain_text("Accept until")
                expect(page.get_by_text("If it is not accepted by")).to_be_visible()
                here.get_by_label("With the customer in").select_option("20")
            here.get_by_role("button", name=button).click()
            expect(here.get_by_role("button", name="Undo")).to_be_visible()
            expect(page.get_by_role("heading", level=1)).to_have_text(headline)
            if column == "confirmed":
                expect(page.get_by_text("Promised for")).to_be_visible()
        said = f"Still hot, {secrets.token_hex(4)}"
        page.get_by_role("link", name="Say how it was").click()
        page.get_by_label("4 stars").check()
        page.get_by_label("A few words for the shop").fill(said)
        page.get_by_role("button", name="Send the rating").click()
        expect(page.get_by_role("heading", name="Your rating")).to_be_visible()
        expect(page.get_by_text(said)).to_be_visible()
        expect(board.locator(f"#order-{order_id}")).to_have_count(0)
        board.get_by_role("link", name="Delivered orders").click()
        board.locator(f"a[href='/board/{order_id}/refund']").click()
        expect(board.get_by_role("heading", level=1)).to_contain_text("can be given back")
        board.get_by_label("Pizza margherita").select_option("1")
        board.get_by_role("button", name="Give its value back").click()
        expect(board.get_by_text("Missing in the order: 1 × Pizza margherita.")).to_be_visible()
        board.get_by_role("link", name="Ratings").click()
        expect(board.get_by_text(said)).to_be_visible()
        page.reload()
        expect(page.get_by_text("Missing in the order: 1 × Pizza margherita.")).to_be_visible()
        expect(page.get_by_text("in progress")).to_have_count(0, timeout=20_000)


def test_a_picture_of_a_phone_is_made_small_and_shown_to_customers(
    merchant: Person, platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "phone.png"
    file.write_bytes(saved(Image.effect_noise((1500, 1000), 80).convert("RGB"), "PNG"))
    assert file.stat().st_size > MOST_BYTES
    page = merchant.goes_to(f"/products/{MARGHERITA}")
    page.get_by_role("button", name="Remove the picture").click()
    expect(page.get_by_text("Customers see none yet.")).to_be_visible()
    page.get_by_label("A picture").set_input_files(file)
    page.get_by_role("button", name="Send the picture").click()  # waits until the picture is small
    shown = page.get_by_role("img", name="Picture of Pizza margherita")
    shown.scroll_into_view_if_needed()
    width = int(shown.get_attribute("width") or 0)
    assert 0 < width <= LONGEST_SIDE
    expect(shown).to_have_js_property("naturalWidth", width)
    assert violations(page) == []
    with Person.at(platform, browser, width=PHONE) as eater:
        eater.goes_to("/").get_by_role("link", name="Pizzaria Vesúvio").click()
        dish = eater.page.get_by_role("img", name="Picture of Pizza margherita")
        dish.scroll_into_view_if_needed()
        expect(dish).to_have_js_property("naturalWidth", width)
        assert violations(eater.page) == []
        assert overflow(eater.page) <= 0


def test_a_slip_is_undone_and_nothing_was_sent(merchant: Person, customer: Client) -> None:
    board = merchant.page
    order_id = customer.place()
    here = ticket(board, order_id, "confirmed")
    sent: list[str] = []
    board.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    start = here.get_by_role("button", name="Accept")
    start.dblclick()  # the second click is not for the button that appears there
    here.get_by_role("button", name="Undo").click()
    expect(start).to_be_focused()
    here.get_by_text("More").click()
    here.get_by_role("button", name="Cancel and give the money back").click()
    expect(here).to_contain_text("Cancelled in a moment")
    here.get_by_role("button", name="Undo").click()
    # A later move of the same ticket is carried out, and is the only one.
    start.click()
    expect(ticket(board, order_id, "preparing")).to_be_visible()
    assert len(sent) == 1
    assert customer.order(order_id)["status"] == "preparing"


def test_a_page_that_is_closed_before_the_time_is_up_sends_the_move(merchant: Person, customer: Client) -> None:
    order_id = customer.place()
    ticket(merchant.page, order_id, "confirmed").get_by_role("button", name="Accept").click()
    merchant.page.goto(f"{merchant.address}/board/print")
    customer.sees(order_id, "order.preparing")
    merchant.goes_to(NEWEST)
    expect(ticket(merchant.page, order_id, "preparing")).to_be_visible()


def test_two_tablets_agree_and_a_move_is_made_once(merchant: Person, other_tablet: Person, customer: Client) -> None:
    order_id = customer.place()
    for tablet in (merchant, other_tablet):
        ticket(tablet.page, order_id, "confirmed").get_by_role("button", name="Accept").click()
    for tablet in (merchant, other_tablet):
        here = ticket(tablet.page, order_id, "preparing")
        expect(here.get_by_role("button", name="Send on its way")).to_be_visible()
    types = [entry["type"] for entry in customer.order(order_id)["timeline"]]
    assert types.count("order.preparing") == 1
    other_tablet.page.locator(f"#order-{order_id}").get_by_role("button", name="Send on its way").click()
    expect(ticket(merchant.page, order_id, "on_its_way")).to_be_visible()


def test_without_a_connection_the_board_says_so_keeps_moves_and_catches_up(merchant: Person, customer: Client) -> None:
    board = merchant.page
    order_id = customer.place()
    here = ticket(board, order_id, "confirmed")
    expect(here).to_be_visible()
    merchant.expected_errors = {"ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED"}
    merchant.context.set_offline(True)
    expect(board.get_by_text("No connection", exact=True)).to_be_visible()
    here.get_by_role("button", name="Accept").click()
    expect(here.get_by_text("Not sent yet: no connection.")).to_be_visible()
    missed = customer.place()
    customer.sees(missed, "order.confirmed")
    expect(ticket(board, missed, "confirmed")).to_have_count(0)
    merchant.context.set_offline(False)
    expect(ticket(board, missed, "confirmed")).to_be_visible()
    expect(ticket(board, order_id, "preparing")).to_be_visible()
    expect(board.get_by_text("No connection", exact=True)).to_be_hidden()
    types = [entry["type"] for entry in customer.order(order_id)["timeline"]]
    assert types.count("order.preparing") == 1


def test_the_board_goes_on_after_a_restart_of_live_and_of_web(
    merchant: Person, platform: Platform, customer: Client
) -> None:
    merchant.expected = {502, 503}
    merchant.expected_errors = {"ERR_"}
    for process in ("live", "web"):
        order_id = customer.place()
        here = ticket(merchant.page, order_id, "confirmed")
        here.get_by_role("button", name="Accept").click()
        platform.run("restart", process)
        expect(ticket(merchant.page, order_id, "preparing")).to_be_visible()
        after = customer.place()
        expect(ticket(merchant.page, after, "confirmed")).to_be_visible()


def test_a_cancelled_order_leaves_its_column_and_the_board_says_who_it_was(merchant: Person, customer: Client) -> None:
    order_id = customer.place()
    expect(ticket(merchant.page, order_id, "confirmed")).to_be_visible()
    customer.post(f"/v1/orders/{order_id}/cancel")
    expect(merchant.page.locator(f"#order-{order_id}")).to_have_count(0)
    said = merchant.page.locator(".notice", has_text=f"Order {order_id[-5:].upper()} is cancelled")
    expect(said).to_contain_text("by its customer")
    expect(said).to_contain_text("given back")


def test_the_sound_is_remembered_and_can_be_switched_off(merchant: Person) -> None:
    page = merchant.page
    page.get_by_role("button", name="Sound off").click()
    expect(page.get_by_role("button", name="Sound on")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()
    expect(page.get_by_text("Tap anywhere once")).to_be_visible()
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_text("Tap anywhere once")).to_be_hidden()
    page.get_by_role("button", name="Sound on").click()
    page.reload()
    expect(page.get_by_role("button", name="Sound off")).to_be_visible()


def test_a_sign_out_elsewhere_leads_to_the_sign_in_and_back(merchant: Person, customer: Client) -> None:
    page = merchant.page
    merchant.expected = {401}
    merchant.expected_errors = {"ERR_HTTP2_PROTOCOL_ERROR"}  # its stream is cut off
    other = merchant.context.new_page()
    other.goto(f"{merchant.address}/board/print")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("link", name="Sign in")).to_be_visible()
    customer.place()  # the board hears of it, or its stream has ended
    page.bring_to_front()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_role("button", name="Enter as a shop").click()
    page.wait_for_url(f"{merchant.address}{NEWEST}")


def test_a_product_is_added_counted_and_priced_while_a_customer_orders_it(
    merchant: Person, platform: Platform, browser: Browser
) -> None:
    page = merchant.page
    name = f"Torta {secrets.token_hex(4)}"
    page.get_by_role("link", name="Products").click()
    page.get_by_role("link", name="Add a product").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Price in reais").fill("12.50")
    page.get_by_role("button", name="Add", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_label("There are").fill("3")
    page.get_by_role("button", name="Set the count").click()
    expect(page.get_by_text("3 on hand")).to_be_visible()
    page.get_by_label("This many more came").fill("12")
    page.locator("#received-reason").fill("Delivery of the week")
    page.get_by_role("button", name="Add to the stock").click()
    expect(page.get_by_text("15 on hand")).to_be_visible()
    expect(page.get_by_role("row", name="received 3 15 Delivery of the week")).to_be_visible()
    with Person.at(platform, browser) as eater:
        eater.expected = {409}
        shop = eater.goes_to("/sign-in")
        shop.get_by_role("button", name="Enter as a customer").click()
        shop.get_by_role("link", name="Pizzaria Vesúvio").click()
        shop.get_by_role("button", name=f"Add {name} to the basket").click()
        shop.get_by_role("link", name="To the checkout").click()
        page.get_by_label("Price in reais").fill("14")
        page.get_by_role("button", name="Store").click()
        expect(page.get_by_text("R$14.00")).to_be_visible()
        shop.get_by_role("button", name="Order and pay").click()
        expect(shop.get_by_role("alert")).to_contain_text("this order cost R$12.50, and costs R$14.00 now")
        page.get_by_role("button", name="Withdraw from sale").click()
        expect(page.get_by_text("withdrawn", exact=True)).to_be_visible()
        shop.get_by_role("button", name="Order and pay").click()
        expect(shop.get_by_role("heading", level=1)).not_to_contain_text("We have your order")


def test_closed_now_refuses_orders_until_the_shop_opens_again(
    merchant: Person, platform: Platform, browser: Browser, customer: Client
) -> None:
    page = merchant.page
    page.get_by_role("link", name="Hours").click()
    page.get_by_label("Take no orders for").select_option("15")
    page.get_by_role("button", name="Close now").click()
    try:
        expect(page.get_by_role("heading", level=1)).to_have_text("You are closed")
        with Person.at(platform, browser) as eater:
            tile = eater.goes_to("/").locator("a.tile", has_text="Pizzaria Vesúvio")
            expect(tile).to_contain_text("closed")
        customer.sees(customer.place(), "order.rejected")
    finally:
        page.get_by_role("button", name="Open again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are open")
    customer.sees(customer.place(), "order.confirmed")


def test_the_figures_of_the_day_are_plots_and_a_table(merchant: Person, customer: Client) -> None:
    customer.sees(customer.place(), "order.confirmed")
    customer.sees(customer.place(token="tok_declined"), "order.declined")
    page = merchant.page
    page.get_by_role("link", name="Figures").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("earned, with")
    expect(page.locator("hour-plot canvas")).to_have_count(3)
    assert page.get_by_role("table", name="By the hour in which an order came").get_by_role("row").count() >= 2
    expect(page.get_by_role("row", name="payment declined")).to_be_visible()
    page.get_by_role("link", name="The day before").click()
    expect(page.get_by_role("link", name="Today")).to_be_visible()


WRITTEN = """
(() => {
    window.written = []
    const own = CanvasRenderingContext2D.prototype.fillText
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.written.push([this.canvas.closest("hour-plot")?.dataset.as ?? "number", text])
        return own.call(this, text, ...rest)
    }
})()
"""
"""Notes what is written on a canvas, which cannot be read otherwise."""


def test_no_two_marks_of_an_axis_are_written_the_same(merchant: Person, customer: Client) -> None:
    order_id = customer.place()
    page = merchant.page
    ticket(page, order_id, "confirmed").get_by_role("button", name="Accept").click()
    customer.sees(order_id, "order.preparing")
    page.add_init_script(WRITTEN)
    page.goto(f"{merchant.address}/figures")
    expect(page.locator("hour-plot canvas")).to_have_count(3)
    written = [(kind, text) for kind, text in page.evaluate("window.written") if not text.endswith("h")]
    assert {kind for kind, _ in written} == {"number", "money", "duration"}
    for kind in ("number", "money", "duration"):  # a plot may be drawn again
        assert len(set(Counter(mark for mark in written if mark[0] == kind).values())) == 1, written
    assert not [text for kind, text in written if kind == "duration" and "." in text]


FORMS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"colours": "dark"},
    "phone": {"width": PHONE},
    "phone, dark, Portuguese": {"width": PHONE, "colours": "dark", "language": "pt-BR"},
}


PATHS = (
    *(
        "/board/print",
        "/products",
        "/products/new",
        f"/products/{MARGHERITA}",
        "/hours",
        "/delivery",
        "/coupons",
        "/ratings",
    ),
    *("/board/delivered", "/figures"),
    "/webhooks",
)


def test_todays_figures_follow_the_orders_without_a_reload(merchant: Person, customer: Client) -> None:
    customer.sees(customer.place(), "order.confirmed")
    page = merchant.goes_to("/figures")
    heading = page.get_by_role("heading", level=1)
    before = int(re.findall(r"with (\d+) order", heading.inner_text())[0])
    page.evaluate("window.same = true")
    customer.sees(customer.place(), "order.confirmed")
    expect(heading).to_contain_text(re.compile(rf"with (?!{before} )\d+ order"))
    expect(page.locator("hour-plot canvas").first).to_be_visible()
    assert page.evaluate("window.same")


@pytest.mark.parametrize("form", FORMS)
def test_no_page_of_a_merchant_has_barriers(platform: Platform, browser: Browser, customer: Client, form: str) -> None:
    order_id = customer.place()
    with Person.at(platform, browser, **FORMS[form]) as person:
        page = enters(person).page
        expect(ticket(page, order_id, "confirmed")).to_be_visible()
        page.locator(f"#order-{order_id} summary").click()
        found = violations(page)
        assert overflow(page) <= 0
        page.locator(f"#order-{order_id} form > button").click()
        found += violations(page)
        for path in (*PATHS, f"/board/{order_id}/refund"):
            page.goto(person.address + path)
            found += [f"{path}: {each}" for each in violations(page)]
            assert overflow(page) <= 0, path
        assert found == []
