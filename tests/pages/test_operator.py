"""An operator: sees what is the case, finds an order that is stuck, and mends it."""

import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.accessibility import overflow, violations
from tests.pages.person import PHONE, Person
from tests.support.demo import CUSTOMER
from tests.support.platform import Platform

FORMS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"colours": "dark"},
    "phone, Portuguese": {"width": PHONE, "language": "pt-BR"},
}


@pytest.fixture
def operator(person: Person) -> Person:
    """Signed in as the operator of the demo, at the overview."""
    enter(person)
    return person


@pytest.fixture
def silent_gateway(platform: Platform) -> Iterator[None]:
    """The payment provider is stopped meanwhile: it takes requests, and answers none."""
    with platform.paused("gateway"):
        yield


def enter(person: Person) -> Page:
    page = person.goes_to("/sign-in")
    page.locator("button[value=operator]").click()
    page.wait_for_url("**/operator")
    return page


def test_the_overview_shows_an_order_that_is_placed_meanwhile(operator: Person, platform: Platform) -> None:
    page = operator.page
    placed = page.locator(".figure").first
    expect(placed).to_contain_text("in the last minute")
    platform.run("order")
    expect(placed).not_to_contain_text(re.compile(r"\b0 in the last minute"))
    expect(page.get_by_role("table").filter(has_text="worker-1")).to_be_visible()
    expect(page.locator(".plots canvas")).to_have_count(3)
    page.get_by_text("As a table").click()
    expect(page.get_by_role("columnheader", name="99th percentile")).to_be_visible()


def test_figures_are_pushed_and_not_asked_for(operator: Person) -> None:
    page = operator.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(operator.address)))
    for path, part in (
        ("/operator", "figures-rest"),
        ("/operator/kafka", "kafka-now"),
        ("/operator/tasks", "tasks-now"),
    ):
        page.goto(operator.address + path)
        expect(page.locator(f"#{part}")).to_be_visible()
        # The text of the part changes when something new was pushed to it.
        page.evaluate(
            """() => new MutationObserver(() => (window.pushed = (window.pushed ?? 0) + 1))
                .observe(document.querySelector("main"), {subtree: true, childList: true, characterData: true})"""
        )
        if path == "/operator":
            page.wait_for_function("() => window.pushed > 2")
        expect(page.locator("[data-offline]")).to_be_hidden()
    assert "/operator/stream" in asked
    assert [path for path in asked if path.endswith("/now")] == []


def test_the_overview_goes_on_after_a_restart_of_web(operator: Person, platform: Platform) -> None:
    page = operator.page
    operator.expected |= {502, 503}
    operator.expected_errors |= {"ERR_HTTP2_PROTOCOL_ERROR", "ERR_INCOMPLETE_CHUNKED_ENCODING"}
    expect(page.locator("#figures-first")).to_contain_text("in the last minute")
    os.kill(platform.pids()["web-1"], signal.SIGKILL)
    # A new process has no hour: its figures begin again.
    page.wait_for_function("() => !document.querySelector('[data-offline]').hidden")
    expect(page.locator("[data-offline]")).to_be_hidden()
    expect(page.get_by_role("row", name=re.compile("^web-1"))).not_to_contain_text("does not answer")


def test_a_worker_that_is_killed_is_seen_and_comes_back(operator: Person, platform: Platform) -> None:
    row = operator.page.get_by_role("row", name=re.compile("^worker-1"))
    expect(row).not_to_contain_text("does not answer")
    with platform.paused("worker-1"):
        expect(row).to_contain_text("does not answer")
        expect(operator.page.locator("[data-rule=ProcessDown]")).to_contain_text("worker-1 does not answer")
    expect(row).not_to_contain_text("does not answer")


@pytest.mark.usefixtures("silent_gateway")
def test_a_stuck_order_is_explained_and_cancelled(operator: Person, platform: Platform) -> None:
    page = operator.page
    order = platform.client(CUSTOMER).place()
    page.goto(f"{operator.address}/operator/orders/{order}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("payment in progress")
    expect(page.locator(".lead-in")).to_contain_text(re.compile("attempt [2-9]", re.IGNORECASE))
    page.get_by_role("button", name="Cancel, and give the money back").click()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("button", name="Cancel, and give the money back").click()
    page.get_by_role("button", name="Yes, cancel it").dblclick()
    expect(page.get_by_text("The order is cancelled")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("cancelled")
    expect(page.get_by_role("row", name="order.cancelled")).to_have_count(1)


@pytest.mark.parametrize("form", FORMS)
def test_no_page_of_an_operator_has_barriers(platform: Platform, browser: Browser, form: str) -> None:
    order = platform.client(CUSTOMER).place()
    with Person.at(platform, browser, **FORMS[form]) as person:
        page = enter(person)
        expect(page.locator(".plots canvas")).to_have_count(3)
        found = []
        for path in ("/operator", "/operator/orders", f"/operator/orders/{order}", "/operator/orders?state=declined"):
            page.goto(person.address + path)
            found += [f"{path}: {each}" for each in violations(page)]
            assert overflow(page) <= 0, path
        assert found == []


def test_a_customer_has_no_way_in(person: Person) -> None:
    person.expected = {403}
    page = person.goes_to("/sign-in")
    page.get_by_role("button", name="Enter as a customer").click()
    answer = page.goto(f"{person.address}/operator")
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not for your account")
