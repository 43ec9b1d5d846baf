"""A new shop in a browser: it applies, is refused and approved, is helped by staff, sells, and is suspended."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.person import Person
from tests.pages.test_account import PASSWORD, fill, heading, open_newest_mail, register, sign_in
from tests.support.platform import Platform
from tests.support.tax_numbers import cpf

Enters = Callable[[], Person]


@pytest.fixture
def enters(platform: Platform, browser: Browser) -> Iterator[Enters]:
    """Somebody else, in a browser of their own."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Person.at(platform, browser))


@pytest.fixture
def operator(enters: Enters) -> Page:
    page = enters().goes_to("/sign-in")
    page.get_by_role("button", name="Enter as an operator").click()
    page.wait_for_url("**/operator")
    return page


def new_customer(person: Person) -> str:
    """Registers and confirms an address, which it returns."""
    email = f"{secrets.token_hex(6)}@pedidos.example"
    page = person.goes_to("/")
    register(page, email)
    open_newest_mail(page, email, "/verify")
    fill(page, Password=PASSWORD)
    page.get_by_role("button", name="Yes, confirm it").click()
    page.get_by_role("link", name="Your account").wait_for()
    return email


def apply(person: Person, name: str) -> None:
    """Fills the form of an application, open around the clock, and sends it."""
    page = person.goes_to("/account")
    page.get_by_role("link", name="Apply as a shop").click()
    fill(page, Name_of_the_shop=name, Address="Rua das Flores, 1, Centro, São Paulo")
    page.get_by_label("CNPJ or CPF").fill(cpf())
    for weekday in range(1, 8):
        page.locator(f"[name=opens-{weekday}-0]").fill("00:00")
        page.locator(f"[name=closes-{weekday}-0]").fill("00:00")
    page.get_by_role("button", name="Apply").click()
    heading(page, "Your application waits for an operator")


def to_the_applications(operator: Page) -> None:
    operator.get_by_role("link", name="Merchants").click()
    heading(operator, re.compile("ask"))


def test_from_an_application_to_the_first_delivered_order(person: Person, operator: Page, enters: Enters) -> None:
    name = f"Padaria {secrets.token_hex(4)}"
    email = new_customer(person)
    apply(person, name)
    to_the_applications(operator)
    operator.get_by_role("button", name=f"Approve {name}").click()
    expect(operator.locator("main .rows li").filter(has_text=name)).to_contain_text("takes orders when it is open")

    board = person.page
    sign_in(board, person.address, email, PASSWORD)
    board.wait_for_url("**/board")
    board.get_by_role("link", name="Products").click()
    board.get_by_role("link", name="Add a product").first.click()
    fill(board, Name="Pão de queijo", Price_in_reais="6.50", Units_on_hand="10")
    board.get_by_role("button", name="Add").click()
    expect(board.get_by_text("Pão de queijo").first).to_be_visible()
    person.goes_to("/board")

    eater = enters().goes_to("/sign-in")
    eater.get_by_role("button", name="Enter as a customer").click()
    eater.get_by_role("link", name=name).click()
    eater.get_by_role("button", name="Add Pão de queijo to the basket").click()
    eater.get_by_role("link", name="To the checkout").click()
    eater.get_by_role("button", name="Order and pay").click()
    eater.wait_for_url(re.compile("/orders/[0-9a-f-]{36}$"))
    ticket = board.locator(f"#order-{eater.url.rpartition('/')[2]}")
    for button, headline in (
        ("Accept", "Your order is being prepared"),
        ("Send on its way", "Your order is on its way"),
        ("Delivered", "Your order was delivered"),
    ):
        ticket.get_by_role("button", name=button).click()
        heading(eater, headline)


def test_a_refused_shop_reads_why_and_applies_again(person: Person, operator: Page) -> None:
    name = f"Padaria {secrets.token_hex(4)}"
    new_customer(person)
    apply(person, name)
    to_the_applications(operator)
    asked = operator.locator("article").filter(has_text=name)
    asked.get_by_label("Why it is refused").fill("The address is not complete.")
    asked.get_by_role("button", name="Refuse").click()
    expect(operator.locator("article").filter(has_text=name)).to_have_count(0)
    page = person.goes_to("/sell")
    heading(page, "Your shop was not approved")
    expect(page.get_by_text("The address is not complete.")).to_be_visible()
    page.get_by_label("Address").fill("Rua das Flores, 1, apto 2, Centro, São Paulo")
    page.get_by_role("button", name="Apply").click()
    heading(page, "Your application waits for an operator")


def test_staff_is_invited_works_the_board_and_is_removed(person: Person, enters: Enters) -> None:
    owner = person.goes_to("/sign-in")
    owner.get_by_role("button", name="Enter as a shop").click()
    owner.wait_for_url("**/board")
    owner.get_by_role("link", name="People").click()
    email = f"{secrets.token_hex(6)}@pedidos.example"
    fill(owner, E_mail=email, Name="Bia")
    owner.get_by_role("button", name="Invite", exact=True).click()
    row = owner.locator("main .rows li").filter(has_text=email)
    expect(row).to_contain_text("has not chosen a password yet")

    staff = enters()
    page = staff.goes_to("/mailbox")
    open_newest_mail(page, email, "/join")
    fill(page, New_password=PASSWORD)
    page.get_by_role("button", name="Use this password from now on").click()
    sign_in(page, staff.address, email, PASSWORD)
    page.wait_for_url("**/board")
    expect(page.get_by_role("link", name="People")).to_have_count(0)

    staff.expected_errors = {"ERR_HTTP2_PROTOCOL_ERROR"}  # its stream ends with its account
    owner.reload()
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    page.goto(f"{staff.address}/board")
    page.wait_for_url(re.compile("/sign-in"))


def test_a_suspended_shop_takes_no_orders_until_it_sells_again(person: Person, operator: Page) -> None:
    name = "Mercado do Bairro"
    operator.get_by_role("link", name="Merchants").click()
    row = operator.locator("main .rows li").filter(has_text=name)
    row.get_by_text("Suspend").first.click()
    row.get_by_label("Why").fill("Complaints are looked into.")
    row.get_by_role("button", name="Suspend").click()
    expect(row).to_contain_text("Complaints are looked into.")
    page = person.goes_to("/")
    expect(page.locator("a.tile").filter(has_text="Pizzaria Vesúvio")).to_be_visible()
    expect(page.locator("a.tile").filter(has_text=name)).to_have_count(0)
    row.get_by_role("button", name="Let it sell again").click()
    expect(row).to_contain_text("takes orders when it is open")
