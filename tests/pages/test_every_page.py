"""Every page in each form: usable without seeing it well, on a phone, with the keyboard, in both languages."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from pedidos_dev.pictures.scenes import SCENES, Stage
from tests.pages.accessibility import overflow, violations
from tests.pages.forging import forge
from tests.pages.person import PHONE, Person
from tests.support.platform import Platform

PAGES = {"/": 200, "/nothing": 404}
"""Each page that needs no account, and its status."""

FORMS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"colours": "dark"},
    "phone": {"width": PHONE},
    "phone, dark, Portuguese": {"width": PHONE, "colours": "dark", "language": "pt-BR"},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_page_has_no_barriers_and_fits_the_window(platform: Platform, browser: Browser, form: str) -> None:
    with Person.at(platform, browser, **FORMS[form]) as person:
        person.expected = {404}
        for path, status in PAGES.items():
            answer = person.page.goto(person.address + path)
            assert answer is not None
            assert answer.status == status
            assert violations(person.page) == []
            assert overflow(person.page) <= 0


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("form", FORMS)
def test_what_follows_a_form_or_a_mail_has_no_barriers_and_fits_the_window(
    platform: Platform, browser: Browser, form: str, scene: str
) -> None:
    passwords = json.loads((platform.state_dir / "secrets.json").read_text())["accounts"]
    with Person.at(platform, browser, **FORMS[form]) as person:
        stage = Stage(person.address, passwords, lambda: forge(platform, "scene", 1)[0])
        shots = []
        for shot in SCENES[scene](person.page, stage):
            shots.append(shot)
            assert violations(person.page) == [], shot
            assert overflow(person.page) <= 0, shot
        assert shots


def test_the_first_key_leads_to_the_content(person: Person) -> None:
    page = person.goes_to("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_browsers_language_is_used_until_another_is_chosen(platform: Platform, browser: Browser) -> None:
    with Person.at(platform, browser, language="pt-BR") as person:
        page = person.goes_to("/")
        assert page.locator("html").get_attribute("lang") == "pt-BR"
        page.get_by_role("button", name="English").click()
        page.get_by_role("heading", name="shops are open now").wait_for()
        assert page.locator("html").get_attribute("lang") == "en"
        page.reload()
        assert page.get_by_role("button", name="English").get_attribute("aria-pressed") == "true"


def test_a_page_is_small(person: Person) -> None:
    """At most 150 kB as sent, and 20 requests, for the first view."""
    sizes: list[int] = []
    person.context.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    person.goes_to("/").wait_for_load_state("networkidle")
    assert 5 <= len(sizes) <= 20
    assert sum(sizes) <= 150_000
