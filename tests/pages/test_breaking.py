"""Breaking the platform from a page: predict, run, see, and what the ledger says; everything undoes itself."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.accessibility import overflow, violations
from tests.pages.person import PHONE, Person
from tests.support.platform import Platform
from tests.support.waiting import until

RUN_MS = 240_000
"""For a whole experiment on a busy machine."""

FORMS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"colours": "dark"},
    "phone, Portuguese": {"width": PHONE, "language": "pt-BR"},
}


def enter(person: Person, role: str = "operator") -> Page:
    person.goes_to("/sign-in").locator(f"button[value={role}]").click()
    expect(person.page.locator("form[action='/sign-out']")).to_be_visible()
    return person.page


@pytest.fixture
def operator(person: Person) -> Person:
    """Signed in as the operator of the demo."""
    enter(person)
    return person


@pytest.fixture
def whole(platform: Platform) -> Iterator[Platform]:
    """A platform on which everything works before and after."""
    yield platform
    until(lambda: all(each["state"] == "running" for each in platform.processes().values()), "everything to run")


def board(page: Page) -> Any:
    return page.get_by_role("heading", level=1)


def test_predict_kill_the_workers_and_see_the_verdict(whole: Platform, browser: Browser, operator: Person) -> None:
    page = operator.goes_to("/break?card=workers-away")
    expect(board(page)).to_have_text("Nothing is broken")
    expect(page.get_by_role("heading", name="2 · See")).to_have_count(0)  # nothing is shown before the prediction
    page.get_by_label("They wait, and end once").check()
    page.get_by_role("button", name="Break it").click()

    expect(board(page)).to_have_text("1 thing is broken", timeout=RUN_MS)
    expect(page.get_by_text("worker was killed, and is kept away")).to_be_visible()

    with Person.at(whole, browser, language="pt-BR") as other:
        watching = enter(other)
        other.goes_to("/break")  # it leads to what goes on
        expect(watching.get_by_role("heading", level=2, name="Matar os workers")).to_be_visible()
        expect(watching.get_by_text("Você previu: Esperam e terminam uma só vez.")).to_be_visible()
        expect(watching.get_by_role("button", name="Parar e desfazer")).to_be_visible()

    page.reload()
    expect(page.get_by_text("You predicted: They wait, and end once.")).to_be_visible()
    page.get_by_text("Everything holds", exact=True).wait_for(timeout=RUN_MS)
    rows = page.get_by_role("region", name="Verdicts").get_by_role("row")
    expect(rows).to_have_count(9)  # a heading, and eight invariants
    expect(rows.filter(has_text="✓ holds")).to_have_count(8)
    expect(rows.filter(has_text="Nothing lost")).to_contain_text(re.compile(r"accepted \d\d"))
    expect(page.get_by_text("It is what you predicted.")).to_be_visible()
    expect(board(page)).to_have_text("Nothing is broken")
    assert violations(page) == []
    assert overflow(page) <= 0


@pytest.mark.usefixtures("whole")
def test_an_experiment_is_stopped_and_undone(operator: Person, platform: Platform) -> None:
    page = operator.goes_to("/break?card=relay-away&again=1")
    page.get_by_label("They are lost").check()
    page.get_by_role("button", name="Break it").click()
    expect(board(page)).to_have_text("1 thing is broken", timeout=RUN_MS)
    page.get_by_role("button", name="Stop and undo").click()
    page.get_by_text("There is no verdict: the experiment ended early.").wait_for(timeout=RUN_MS)
    expect(board(page)).to_have_text("Nothing is broken", timeout=RUN_MS)
    assert platform.processes()["relay-1"]["state"] == "running"
    # Another one can be started.
    page.get_by_role("link", name="Kill the api").click()
    expect(page.get_by_role("button", name="Break it")).to_be_visible()
    operator.goes_to("/operator/audit?action=fault")
    expect(page.get_by_role("link", name="experiment relay-away").first).to_be_visible()
    assert violations(page) == []


@pytest.mark.usefixtures("whole")
def test_what_goes_on_outlives_the_process_of_its_page(operator: Person, platform: Platform) -> None:
    operator.expected = {502, 503}  # while web starts again
    page = operator.goes_to("/break?card=bridge-away&again=1")
    page.get_by_label("In Kafka").check()
    page.get_by_role("button", name="Break it").click()
    expect(board(page)).to_have_text("1 thing is broken", timeout=RUN_MS)
    platform.run("restart", "web")
    page.get_by_text("Everything holds", exact=True).wait_for(timeout=RUN_MS)


@pytest.mark.parametrize("form", FORMS)
def test_the_page_has_no_barriers_and_fits_the_window(platform: Platform, browser: Browser, form: str) -> None:
    with Person.at(platform, browser, **FORMS[form]) as person:
        page = enter(person)
        for path in (
            "/break?card=gateway-slow&again=1",
            "/break?card=drill-last-units&again=1",
            "/lessons/7?again=1",
            "/lessons",
        ):
            person.goes_to(path)
            expect(page.locator(".choices label, .tiles li").first).to_be_visible()
            assert violations(page) == []
            assert overflow(page) <= 0


def test_without_a_prediction_nothing_is_broken(operator: Person) -> None:
    page = operator.goes_to("/break?card=api-killed&again=1")
    page.get_by_role("button", name="Break it").click()  # the browser asks for an answer
    expect(board(page)).to_have_text("Nothing is broken")
    operator.expected = {422}
    page.eval_on_selector("form.predict", "form => { form.noValidate = true }")
    page.get_by_role("button", name="Break it").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose an answer first")


def test_others_do_not_see_it(person: Person) -> None:
    page = enter(person, "customer")
    expect(page.get_by_role("link", name="Break it")).to_have_count(0)
    person.expected = {403}
    answer = page.goto(f"{person.address}/break")
    assert answer is not None
    assert answer.status == 403


@pytest.mark.usefixtures("whole")
def test_lesson_7_shows_what_it_teaches(operator: Person) -> None:
    operator.goes_to("/lessons").get_by_role("link", name="Failure and recovery").click()
    page = operator.page
    expect(page.get_by_role("heading", name="4 · What happened")).to_have_count(0)  # not before it was predicted
    page.get_by_label("It is asked about again, and paid once").check()
    page.get_by_role("button", name="Break it").click()
    page.get_by_role("heading", name="What was shown").wait_for(timeout=RUN_MS)
    shown = page.get_by_role("region", name="What was shown").get_by_role("listitem")
    expect(shown).to_have_count(4)
    expect(shown.filter(has_text="✓ shown")).to_have_count(4)
    page.get_by_text("src/pedidos/steps/charge.py").click()
    expect(page.get_by_text("def charge(")).to_be_visible()
    assert violations(page) == []
    assert overflow(page) <= 0
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save prediction and figures as a file").click()
    assert saved.value.suggested_filename == "lesson-7.json"
