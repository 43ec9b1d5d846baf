"""An account in a browser: registering, a forgotten password, a second factor, and sessions that end elsewhere."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.accessibility import overflow, violations
from tests.pages.person import PHONE, Person
from tests.support.platform import Platform
from tests.support.totp import App

PASSWORD, OTHER = "four words that do not belong", "four words by chance"


@pytest.fixture
def email() -> str:
    return f"{secrets.token_hex(6)}@pedidos.example"


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def fill(page: Page, **fields: str) -> None:
    for label, value in fields.items():
        page.get_by_label(label.replace("E_mail", "E-mail").replace("_", " "), exact=True).fill(value)


def register(page: Page, email: str) -> None:
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_role("link", name="Register").click()
    fill(page, Your_name="Eva", E_mail_address=email, Password=PASSWORD)
    page.get_by_role("button", name="Register").click()
    heading(page, "Look into your mailbox")


def open_newest_mail(page: Page, email: str, leads_to: str) -> None:
    """As the person would in a mail program: in the mailbox that a demo shows. It arrives within a second or two."""
    page.goto(re.sub(r"(https://[^/]+).*", r"\1/mailbox", page.url))
    mine = page.locator("article").filter(has_text=email)
    mine.locator(f"a[href*='{leads_to}?token=']").first.click()


def sign_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(f"{address}/sign-in")
    fill(page, E_mail_address=email, Password=password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_from_registering_to_an_order(person: Person, email: str) -> None:
    page = person.goes_to("/")
    register(page, email)
    page.get_by_role("link", name="Open its mailbox").click()
    heading(page, re.compile("arrived"))
    open_newest_mail(page, email, "/verify")
    heading(page, "Is this your address?")
    fill(page, Password=PASSWORD)
    page.get_by_role("button", name="Yes, confirm it").click()
    expect(page.get_by_role("link", name="Your account")).to_be_visible()
    page.get_by_role("link", name="Pizzaria Vesúvio").click()
    page.get_by_role("button", name="Add Pizza margherita to the basket").click()
    page.get_by_role("link", name="To the checkout").click()
    page.get_by_role("button", name="Order and pay").click()
    page.wait_for_url(re.compile("/orders/[0-9a-f-]{36}$"))


def test_before_the_address_is_confirmed_the_checkout_says_so(person: Person, email: str) -> None:
    page = person.goes_to("/")
    register(page, email)
    sign_in(page, person.address, email, PASSWORD)
    page.get_by_role("link", name="Pizzaria Vesúvio").click()
    page.get_by_role("button", name="Add Pizza margherita to the basket").click()
    page.get_by_role("link", name="To the checkout").click()
    expect(page.get_by_text("Confirm your address to order")).to_be_visible()
    expect(page.get_by_role("button", name="Order and pay")).to_have_count(0)
    open_newest_mail(page, email, "/verify")
    page.get_by_role("button", name="Yes, confirm it").click()
    page.goto(f"{person.address}/checkout")
    expect(page.get_by_role("button", name="Order and pay")).to_be_visible()


def test_from_a_forgotten_password_to_the_sign_in(person: Person, email: str) -> None:
    page = person.goes_to("/")
    register(page, email)
    page.goto(f"{person.address}/sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    fill(page, E_mail_address=email)
    page.get_by_role("button", name="Send the message").click()
    heading(page, "Look into your mailbox")
    open_newest_mail(page, email, "/reset")
    heading(page, "Choose another password")
    fill(page, New_password=OTHER)
    page.get_by_role("button", name="Use this password from now on").click()
    expect(page.get_by_text("Your new password counts from now on")).to_be_visible()
    fill(page, E_mail_address=email, Password=OTHER)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Your account")).to_be_visible()
    page.go_back()


def test_a_session_that_ends_elsewhere_signs_the_other_browser_out(
    platform: Platform, browser: Browser, person: Person, email: str
) -> None:
    page = person.goes_to("/")
    register(page, email)
    sign_in(page, person.address, email, PASSWORD)
    with Person.at(platform, browser, width=PHONE) as on_the_phone:
        sign_in(on_the_phone.page, person.address, email, PASSWORD)
        on_the_phone.goes_to("/account")
        heading(on_the_phone.page, "Your address is not confirmed yet")
        page.get_by_role("link", name="Your account").click()
        page.get_by_role("button", name=re.compile("^Sign out · ")).click()
        expect(page.get_by_text("The session has ended")).to_be_visible()
        on_the_phone.goes_to("/orders")
        heading(on_the_phone.page, "Sign in")
    page.reload()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()


def test_a_second_factor_with_an_app(platform: Platform, person: Person, email: str) -> None:
    person.expected = {401}
    platform.run("accounts", "create", email, "--name", "Eva", "--role", "operator", entered=f"{PASSWORD}\n")
    page = person.goes_to("/sign-in")
    sign_in(page, person.address, email, PASSWORD)
    page.get_by_role("link", name="Your account").click()
    page.get_by_role("link", name="Add a second factor").click()
    fill(page, Password=PASSWORD)
    page.get_by_role("button", name="Show the QR code").click()
    picture = page.get_by_role("img", name="QR code with the secret below")
    assert picture.evaluate("image => image.naturalWidth") > 100
    app = App(page.locator("code.secret").inner_text())
    fill(page, Code=app.code())
    page.get_by_role("button", name="Turn it on").click()
    heading(page, "Keep these codes: they are shown once")
    recovery = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Sign out", exact=True).click()

    sign_in(page, person.address, email, PASSWORD)
    heading(page, "Now the code of your app")
    fill(page, Code=app.wrong())
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This code is wrong")).to_be_visible()
    fill(page, Code=app.code())
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Your account").click()
    page.get_by_role("link", name="See or remove it").click()
    heading(page, "Your password alone opens nothing")
    fill(page, Password=PASSWORD, Code=recovery)
    page.get_by_role("button", name="Remove the second factor").click()
    expect(page.get_by_text("The second factor is removed")).to_be_visible()


FORMS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"colours": "dark"},
    "phone, dark, Portuguese": {"width": PHONE, "colours": "dark", "language": "pt-BR"},
}


@pytest.mark.parametrize("form", FORMS)
def test_no_page_of_an_account_has_barriers(platform: Platform, browser: Browser, email: str, form: str) -> None:
    with Person.at(platform, browser, **FORMS[form]) as person:
        person.expected = {401, 410, 422}
        page = person.page
        found: list[str] = []

        def look(path: str) -> None:
            person.goes_to(path)
            found.extend(f"{path}: {each}" for each in violations(page))
            assert overflow(page) <= 0, path

        for path in ("/sign-in", "/sign-up", "/sign-up/sent", "/forgotten", "/forgotten/sent", "/verify?token=x"):
            look(path)
        person.goes_to("/sign-up")
        for name, value in {"name": "Eva", "email": email, "password": PASSWORD}.items():
            page.locator(f"#{name}").fill(value)
        page.locator("main form button").click()
        look("/mailbox")
        link = page.locator("article").filter(has_text=email).locator("a").first
        link.wait_for()
        look(re.sub(r"https://[^/]+", "", str(link.get_attribute("href"))))
        page.locator("#password").fill(PASSWORD)
        page.locator("main form button").click()
        for path in ("/account", "/account?done=password", "/account/addresses", "/account/erasure"):
            look(path)
        page.goto(person.address)
        page.locator("header form[action='/sign-out'] button").click()
        person.goes_to("/sign-in")
        page.locator("button[value=merchant]").click()
        for path in ("/account", "/account/second-factor"):
            look(path)
        assert found == []
