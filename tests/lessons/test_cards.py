"""Each card of the page "Break it" that breaks the running platform, driven from the page to the ledger's verdict."""

import pytest
from playwright.sync_api import expect

from pedidos_classroom.experiments.card import Card
from pedidos_classroom.experiments.catalogue import CARDS
from tests.pages.person import Person
from tests.support.platform import Platform
from tests.support.waiting import until

RUN_MS = 300_000
"""For a whole experiment on a busy machine."""

HERE = [card for card in CARDS.values() if card.step is not None]
DRILL = CARDS["drill-one-key-fifty"]
"""One of those on a platform of its own: `pedidos drill run all` runs what the others run."""


@pytest.mark.parametrize("card", [*HERE, DRILL], ids=lambda card: card.name)
def test_it_is_predicted_carried_out_and_judged(platform: Platform, person: Person, card: Card) -> None:
    person.expected = {502, 503, 504}  # while what serves the page starts again
    page = person.goes_to("/sign-in")
    page.locator("button[value=operator]").click()
    page.wait_for_url("**/operator")
    person.goes_to(f"/break?card={card.name}&again=1")
    page.get_by_label(card.choices[-1].text.en, exact=True).check()
    page.locator("form.predict button").click()
    page.get_by_role("heading", name="3 · What the ledger says").wait_for(timeout=RUN_MS)
    expect(page.locator(".outcome")).to_have_text("Everything holds")
    expect(page.get_by_role("region", name="Verdicts").locator(".breaks-it")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is broken", timeout=RUN_MS)
    until(
        lambda: all(each["state"] == "running" for each in platform.processes().values()),
        "everything to run again",
        look_seconds=1.0,
    )
