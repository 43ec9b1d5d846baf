"""The people of the demo, and what each does first, so that there is something to see."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from playwright.sync_api import Page


def stay_outside(page: Page, address: str) -> None:
    page.goto(address)


def enter_as(person: str) -> Callable[[Page, str], None]:
    def enter(page: Page, address: str) -> None:
        page.goto(f"{address}/sign-in")
        page.locator(f'button[name="as"][value="{person}"]').click()
        page.wait_for_url(lambda url: "/sign-in" not in url)

    return enter


def shop(page: Page, address: str) -> None:
    """Enters as the customer and puts something into the basket."""
    enter_as("customer")(page, address)
    page.goto(address)
    page.locator('main a[href^="/shops/"]').first.click()
    page.locator('button[name="add"]:enabled').first.click()
    page.locator('a[href="/checkout"]').first.wait_for()


PEOPLE: Mapping[str, Callable[[Page, str], None]] = MappingProxyType(
    {
        "someone without an account": stay_outside,
        "the customer": shop,
        "the shop": enter_as("merchant"),
        "the courier": enter_as("courier"),
        "the operator": enter_as("operator"),
    }
)
