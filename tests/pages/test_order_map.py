"""The map of an order: watched live to the end, while a worker is dead, and afterwards step by step by keyboard."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from pedidos.domain.sampling import RANDOM, threshold
from tests.pages.accessibility import overflow, violations
from tests.pages.person import PHONE, Person
from tests.support.demo import CUSTOMER
from tests.support.platform import Platform

RECOVERY_MS = 90_000
"""A hint that died with its worker is sent again after 15 seconds, and the worker starts again meanwhile."""

TRACE_RATIO = 0.01
"""Of the orders that are not placed to be traced: the default."""

EVENTS = 6
"""Of an order that is confirmed."""

FORMS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"colours": "dark"},
    "phone": {"width": PHONE},
    "phone, dark, Portuguese": {"width": PHONE, "colours": "dark", "language": "pt-BR"},
}


def enter(person: Person, role: str) -> Person:
    page = person.goes_to("/sign-in")
    page.locator(f"button[value={role}]").click()
    expect(page.locator("form[action='/sign-out']")).to_be_visible()
    return person


@pytest.fixture
def operator(person: Person) -> Person:
    return enter(person, "operator")


@pytest.fixture
def customer(platform: Platform, browser: Browser) -> Iterator[Person]:
    """Someone else, in a browser of their own, with a full basket."""
    with Person.at(platform, browser) as someone:
        page = enter(someone, "customer").goes_to("/")
        page.locator("a.tile").filter(has_text="Pizzaria Vesúvio").click()
        page.locator("button[name=add]").first.click()
        expect(page.locator("#basket form").first).to_be_visible()
        yield someone


@pytest.fixture
def worker(platform: Platform) -> Iterator[list[int]]:
    """The worker and its children, stopped: hints for them wait."""
    parent = platform.pids()["worker-1"]
    children = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=True).stdout.split()
    pids = [parent, *map(int, children)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    yield pids
    for pid in pids:
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:  # the test has killed it
            continue


def order(customer: Person, card: str = "Test card that pays") -> str:
    """Orders what is in the basket, and returns the order's id."""
    page = customer.goes_to("/checkout")
    page.get_by_label(card).check()
    page.get_by_role("button", name="Order and pay").click()
    page.wait_for_url(re.compile("/orders/[0-9a-f-]{36}$"))
    return page.url.rpartition("/")[2]


def open_map(operator: Person, order_id: str) -> Page:
    return operator.goes_to(f"/operator/orders/{order_id}/map")


def place(page: Page, name: str) -> Any:
    """The box of a place in the drawing that is shown."""
    return page.locator(f"svg.drawing:visible [data-place={name}]")


def finished(page: Page) -> None:
    """Waits until the map shows that the order is confirmed, and its spans of the last step."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Confirm(ed|ado)"))
    expect(page.locator(".waterfall tbody tr").filter(has_text="confirm").first).to_be_visible()


def complete(page: Page) -> None:
    """Waits until an operator's map has all spans. Each process saves its own, up to a second later."""
    finished(page)
    rows = page.locator(".waterfall tbody tr")
    for span in ("accept", "validate", "charge", "gateway", "publish confirmed", "stream confirmed"):
        expect(rows.filter(has_text=span).first).to_be_visible()
    expect(rows.filter(has_text="notifier")).to_have_count(EVENTS)


@pytest.fixture
def confirmed(platform: Platform) -> str:
    """The id of an order that is traced, and confirmed."""
    found = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", platform.run("order"))
    assert found is not None
    return found[0]


def test_an_order_is_watched_from_the_queue_to_the_stream(
    operator: Person, customer: Person, worker: list[int]
) -> None:
    page = open_map(operator, order(customer))
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("queue"))
    expect(page.get_by_text(re.compile("worker (has taken it|takes) from the queue validate"))).to_be_visible()
    expect(place(page, "queue")).to_have_attribute("data-at", "waiting")
    expect(place(page, "gateway")).to_have_attribute("data-at", "ahead")
    for pid in worker:
        os.kill(pid, signal.SIGCONT)
    # No reload: the page hears of it, and the spans fill the boxes.
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirmed after")
    expect(place(page, "stream")).to_have_attribute("data-at", "here")
    expect(place(page, "gateway")).to_contain_text("captured")
    expect(place(page, "worker")).to_contain_text("lease 1, attempt 1")


def test_a_worker_is_killed_from_the_map_and_the_order_waits_and_goes_on(
    operator: Person, customer: Person, platform: Platform, worker: list[int]
) -> None:
    page = open_map(operator, order(customer))
    expect(place(page, "queue")).to_have_attribute("data-at", "waiting")
    page.get_by_role("button", name="Kill worker").click()
    # It is the map again, and the order still waits: its hint died with the worker.
    expect(place(page, "queue")).to_have_attribute("data-at", "waiting")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirmed after", timeout=RECOVERY_MS)
    expect(place(page, "stream")).to_have_attribute("data-at", "here")
    assert platform.pids()["worker-1"] not in worker


def test_each_attempt_at_a_slow_payment_is_on_the_map(operator: Person, customer: Person) -> None:
    page = open_map(operator, order(customer, "Test card that takes five seconds"))
    finished(page)
    expect(page.locator(".waterfall tr[data-place=gateway]").nth(1)).to_be_visible()
    expect(place(page, "worker")).to_contain_text(re.compile("attempt [2-9]"))


def test_the_way_is_stepped_through_by_keyboard(operator: Person, confirmed: str) -> None:
    page = open_map(operator, confirmed)
    finished(page)
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("The edge passes the request on"))
    expect(place(page, "edge")).to_have_attribute("data-at", "here")
    expect(place(page, "api")).to_have_attribute("data-at", "ahead")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("bridge-1 hands it over"))
    expect(place(page, "bridge")).to_have_attribute("data-at", "here")
    expect(place(page, "kafka")).to_have_attribute("data-at", "passed")
    expect(page.locator(".waterfall tr[data-lit]")).to_have_count(1)
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "now")
    expect(place(page, "stream")).to_have_attribute("data-at", "here")
    page.get_by_role("button", name="Play").press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # it has come to the end
    expect(place(page, "stream")).to_have_attribute("data-at", "here")


def test_every_place_opens_its_facts_by_keyboard(operator: Person, confirmed: str) -> None:
    page = open_map(operator, confirmed)
    complete(page)
    for name, known in (
        ("api", "http.route"),
        ("api", "Log lines about this order"),
        ("api", '"route":"/v1/orders"'),
        ("log", "order.confirmed"),
        ("kafka", "messaging.kafka.offset"),
        ("kafka", "signed by the relay"),
        ("kafka", "ce_specversion"),
        ("kafka", '"status": "confirmed"'),
        ("worker", f"charge:{confirmed}"),
        ("gateway", "pedidos.payment.verdict"),
    ):
        place(page, name).press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(known)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
    page.locator(".waterfall").get_by_role("link", name="bridge").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Who shared its batch")


def test_an_order_that_is_not_traced_has_a_map_of_its_commits(operator: Person, platform: Platform) -> None:
    buyer = platform.client(CUSTOMER)
    untraced = next(
        order_id for order_id in iter(buyer.place, "") if UUID(order_id).int & RANDOM < threshold(TRACE_RATIO)
    )
    page = open_map(operator, untraced)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirmed after")
    expect(page.get_by_text("This order is not traced")).to_be_visible()
    expect(page.locator(".waterfall tbody tr")).to_have_count(6)
    expect(place(page, "worker")).to_have_attribute("data-at", "passed")


def test_a_customer_watches_an_own_order(customer: Person) -> None:
    order_id = order(customer)
    page = customer.page
    page.get_by_role("link", name="Watch it on the map").click()
    page.wait_for_url(f"**/orders/{order_id}/map")
    finished(page)
    expect(place(page, "stream")).to_have_attribute("data-at", "here")
    page.get_by_role("slider").press("Home")
    expect(place(page, "edge")).to_have_attribute("data-at", "here")
    expect(page.get_by_text(re.compile("worker-[0-9]"))).to_have_count(0)
    expect(page.get_by_role("button", name="Kill")).to_have_count(0)
    assert violations(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize("form", FORMS)
def test_a_map_has_no_barriers(platform: Platform, browser: Browser, confirmed: str, form: str) -> None:
    with Person.at(platform, browser, **FORMS[form]) as someone:
        page = open_map(enter(someone, "operator"), confirmed)
        finished(page)
        assert violations(page) == []
        assert overflow(page) <= 0
        place(page, "worker").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == []
        page.goto(f"{someone.address}/operator/orders/{confirmed}/map/log")
        assert violations(page) == []
        assert overflow(page) <= 0


def test_nothing_moves_for_those_who_want_no_motion(operator: Person, confirmed: str) -> None:
    operator.page.emulate_media(reduced_motion="reduce")
    page = open_map(operator, confirmed)
    finished(page)
    page.get_by_role("slider").press("Home")
    page.get_by_role("button", name="Play").click()
    assert page.evaluate("document.getAnimations().length") == 0
    expect(place(page, "stream")).to_have_attribute("data-at", "here")
