"""One stream for all tabs of a browser: also over HTTP/1.1, where a browser opens six connections to a site."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pedidos_dev import browser as chromium
from tests.pages.person import SANDBOX, Person
from tests.pages.test_merchant import NEWEST, enters
from tests.support.client import Client
from tests.support.demo import CUSTOMER
from tests.support.platform import Platform

TABS = 7


@pytest.fixture
def old_browser(browser: Browser) -> Iterator[Browser]:
    """A browser that does not speak HTTP/2."""
    opened = browser.browser_type.launch(
        executable_path=chromium.find(), args=[*SANDBOX, "--disable-http2", "--disable-quic"]
    )
    yield opened
    opened.close()


@pytest.fixture
def customer(platform: Platform) -> Client:
    return platform.client(CUSTOMER)


def test_seven_tabs_hear_of_each_event_and_one_has_the_stream(
    platform: Platform, old_browser: Browser, customer: Client
) -> None:
    with Person.at(platform, old_browser) as merchant:
        streams: list[str] = []
        merchant.context.on("request", lambda r: streams.append(r.url) if "/v1/events" in r.url else None)
        enters(merchant)
        tabs = [merchant.page, *(merchant.context.new_page() for _ in range(TABS - 1))]
        for tab in tabs[1:]:
            tab.goto(f"{merchant.address}{NEWEST}")
        assert tabs[0].evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "http/1.1"
        first = customer.place()
        for tab in tabs:
            expect(_new(tab, first)).to_be_visible()
        assert len(streams) == 1
        # The tab with the stream goes: another one takes over, and misses nothing.
        tabs.pop(0).close()
        second = customer.place()
        for tab in tabs:
            expect(_new(tab, second)).to_be_visible()
        assert len(streams) == 2


def _new(tab: Page, order_id: str) -> Locator:
    return tab.locator(f"[data-list=confirmed] > #order-{order_id}")
