"""An operator: forged records become dead letters, which are grouped, tried without effect, replayed and discarded."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.accessibility import overflow, violations
from tests.pages.forging import forge
from tests.pages.person import Person
from tests.pages.test_every_page import FORMS
from tests.support.demo import CUSTOMER
from tests.support.platform import Platform
from tests.support.waiting import until

PAGES = ("/operator/dead-letters", "/operator/kafka", "/operator/kafka/records", "/operator/tasks", "/operator/audit")


def enter(person: Person) -> Person:
    person.goes_to("/sign-in").locator("button[name=as][value^=operator]").click()
    expect(person.page.locator("header .who form button").first).to_be_visible()
    return person


@pytest.fixture
def operator(person: Person) -> Person:
    """Signed in as the operator of the demo."""
    return enter(person)


def test_a_forged_record_is_grouped_tried_replayed_and_discarded(platform: Platform, operator: Person) -> None:
    forge(platform, "forged", 3)
    page = operator.goes_to("/operator/dead-letters?text=not+signed")
    expect(page.get_by_text("The record is not signed.").first).to_be_visible()
    page.get_by_role("link", name="The record is not signed.").first.click()
    page.get_by_role("button", name="Dry run: what would a replay do?").click()
    expect(page.get_by_role("heading", name="Dry run: 0 of")).to_be_visible()
    expect(page.get_by_text("the record would be refused again").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Dry run: 0 of")).to_be_visible()

    page.get_by_role("link", name="Back to the list").click()
    assert "text=not+signed" in page.url
    page.get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_role("heading", name="Replayed 0 of")).to_be_visible()

    page.locator("#items ~ table a").first.click()
    expect(page.get_by_role("heading", name="The record is not signed.")).to_be_visible()
    expect(page.get_by_text("<script>alert(1)</script>")).to_be_visible()
    expect(page.get_by_text("replay not possible")).to_be_visible()
    letter = page.url
    other = operator.context.new_page()
    other.goto(letter)
    page.get_by_label("Why you give them up").fill("<b>forged</b>")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("heading", name="Discarded 1 of 1")).to_be_visible()

    # A second time, from a tab that still has the form.
    other.get_by_label("Why you give them up").fill("again")
    other.get_by_role("button", name="Discard").click()
    expect(other.get_by_role("heading", name="Discarded 0 of 1")).to_be_visible()
    expect(other.get_by_text("it has been discarded already, by operator").first).to_be_visible()
    page.goto(letter)
    expect(page.get_by_text("discarded: <b>forged</b>").or_(page.get_by_text("<b>forged</b>")).first).to_be_visible()
    page.get_by_role("link", name="In the audit log").click()
    entry = page.get_by_role("row").filter(has=page.get_by_role("cell", name="dead_letter.discarded", exact=True))
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text("operator@pedidos.example")


def test_a_letter_leads_to_its_record_on_kafka(platform: Platform, operator: Person) -> None:
    (place,) = forge(platform, "another", 1)
    page = operator.goes_to("/operator/dead-letters")
    about = page.get_by_role("cell", name=place, exact=True)
    page.get_by_role("row").filter(has=about).get_by_role("link").click()
    page.get_by_role("link", name="The record on Kafka, and those around it").click()
    record = page.locator(".records li").first
    expect(record).to_contain_text(place)
    expect(record).to_contain_text("not the relay's")
    # It is open already, whatever lies around it.
    expect(record.get_by_text("<script>alert(1)</script>")).to_be_visible()


def test_a_record_leads_to_all_of_its_order(platform: Platform, operator: Person) -> None:
    customer = platform.client(CUSTOMER)
    order_id = customer.place()
    customer.sees(order_id, "order.confirmed")
    page = operator.goes_to("/operator/kafka/records?topic=pedidos.orders.events")
    records = page.locator(".records li").filter(has_text=order_id)

    def published() -> bool:
        page.reload()
        return records.count() > 1

    until(published, "records of the order on Kafka", look_seconds=0.5)
    records.last.locator("summary").click()
    records.last.get_by_role("link", name="All records of this order on Kafka").click()
    expect(page.get_by_role("heading", name="records of this order")).to_be_visible()
    expect(page.get_by_text("signed by the relay").first).to_be_visible()
    expect(page.get_by_text("order.placed").first).to_be_visible()


def test_the_state_of_kafka_and_the_tasks_is_live(platform: Platform, operator: Person) -> None:
    page = operator.goes_to("/operator/kafka")
    expect(page.get_by_text("pedidos-bridge").first).to_be_visible()
    page = operator.goes_to("/operator/tasks")
    expect(page.get_by_role("heading", name="worker-1")).to_be_visible()
    order_id = platform.client(CUSTOMER).place()
    expect(page.get_by_role("heading", name="Finished last")).to_be_visible()
    expect(page.locator("#finished ~ table tr").filter(has_text=order_id).last).to_contain_text("validate")
    platform.run("scale", "worker=0")
    try:
        expect(page.get_by_role("heading", name="No worker runs")).to_be_visible()
    finally:
        platform.run("scale", "worker=1")
    expect(page.get_by_role("heading", name="worker-1")).to_be_visible()


@pytest.mark.parametrize("form", FORMS)
def test_a_page_of_an_operator_has_no_barriers_and_fits_the_window(
    platform: Platform, browser: Browser, form: str
) -> None:
    forge(platform, f"for {form}", 1)
    settings: dict[str, Any] = FORMS[form]
    with Person.at(platform, browser, **settings) as person:
        page = enter(person).goes_to("/operator/dead-letters")
        letter = page.locator("table a[href^='/operator/dead-letters/']").first
        expect(letter).to_be_visible()
        more = [letter.get_attribute("href"), "/operator/kafka/records?topic=pedidos.orders.placed"]
        for path in (*PAGES, *filter(None, more)):
            page.goto(person.address + path)
            assert violations(page) == [], path
            assert overflow(page) <= 0, path
