"""Pages that no link leads to: those behind a mail, and those that follow a sent form. A scene leads to some of them.

A scene changes a platform as a person would, and undoes what others would notice. It works in every language: it finds
fields and buttons by their names.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pyotp
from playwright.sync_api import Page

from pedidos_dev.pictures.people import enter_as

MERCHANT = "merchant2@pedidos.example"
PATIENCE_SECONDS = 60.0
LOOK_MS = 500


class Shot(NamedTuple):
    """A page that a scene has reached. name: for the names of its pictures. address: as the gallery calls it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A platform with its demo people. address: where its pages are. passwords: by e-mail address. send_refused: sends
    a record that becomes a dead letter, and returns its place."""

    address: str
    passwords: Mapping[str, str]
    send_refused: Callable[[], str]


Scene = Callable[[Page, Stage], Iterator[Shot]]
"""Yields when the page shows something to be seen."""


def registering(page: Page, stage: Stage) -> Iterator[Shot]:
    """From a new account to the page that its mail leads to."""
    _register(page, stage)
    yield Shot("sign_up.sent", "/sign-up/sent")
    page.goto(f"{stage.address}/mailbox")
    yield Shot("mailbox.mailbox", "/mailbox")
    page.locator("article a[href*='/verify']").first.click()
    page.locator("form[action^='/verify']").wait_for()
    yield Shot("links.confirmation", "/verify")


def forgetting(page: Page, stage: Stage) -> Iterator[Shot]:
    """From a forgotten password to the page on which another one is chosen."""
    email = _register(page, stage)
    page.goto(f"{stage.address}/forgotten")
    page.locator("[name=email]").fill(email)
    page.locator("form[action='/forgotten'] button").click()
    page.wait_for_url("**/forgotten/sent")
    yield Shot("links.sent", "/forgotten/sent")
    page.goto(f"{stage.address}/mailbox")
    page.locator("article a[href*='/reset']").first.click()
    page.locator("form[action^='/reset']").wait_for()
    yield Shot("links.new_password", "/reset")


def joining(page: Page, stage: Stage) -> Iterator[Shot]:
    """An operator invites another one, who chooses a password."""
    enter_as("operator")(page, stage.address)
    page.locator("header form[action='/sign-out']").wait_for()
    page.goto(f"{stage.address}/operator/people")
    email = f"{secrets.token_hex(6)}@pedidos.example"
    page.locator("main [name=email]").fill(email)
    page.locator("main [name=name]").fill("Eva")
    page.locator("form[action='/operator/people'] button").click()
    listed = page.locator("main .rows li", has_text=email)
    listed.wait_for()
    _reload_until_there(page, f"{stage.address}/mailbox", page.locator("article", has_text=email).count)
    page.locator("article", has_text=email).locator("a[href*='/join']").click()
    page.locator("form[action='/join']").wait_for()
    yield Shot("links.join", "/join")


def second_factor(page: Page, stage: Stage) -> Iterator[Shot]:
    """A second factor is added, asked for, and removed again."""
    _sign_in(page, stage, MERCHANT)
    page.locator("header form[action='/sign-out']").wait_for()
    page.goto(f"{stage.address}/account/second-factor")
    page.locator("[name=password]").fill(stage.passwords[MERCHANT])
    page.locator("form[action='/account/second-factor'] button").click()
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    yield Shot("second_factor.begin", "/account/second-factor, the QR code")
    page.locator("[name=code]").fill(pyotp.TOTP(secret).now())
    page.locator("form[action='/account/second-factor/confirm'] button").click()
    codes = page.locator(".codes code")
    codes.first.wait_for()
    recovery, other = codes.all_inner_texts()[:2]
    try:
        yield Shot("second_factor.confirm", "/account/second-factor, the recovery codes")
        page.locator("header form[action='/sign-out'] button").click()
        _sign_in(page, stage, MERCHANT)
        page.locator("form[action='/sign-in/code']").wait_for()
        yield Shot("sign_in.second_step", "/sign-in, the code")
    finally:
        _sign_in(page, stage, MERCHANT)
        page.locator("[name=code]").fill(recovery)
        page.locator("form[action='/sign-in/code'] button").click()
        page.locator("header form[action='/sign-out']").wait_for()
        page.goto(f"{stage.address}/account/second-factor")
        page.locator("[name=password]").fill(stage.passwords[MERCHANT])
        page.locator("[name=code]").fill(other)
        page.locator("form[action='/account/second-factor/remove'] button").click()
        page.wait_for_url("**/account?done=removed")


def dead_letters(page: Page, stage: Stage) -> Iterator[Shot]:
    """Records that are refused become dead letters, are tried without effect, and are given up."""
    enter_as("operator")(page, stage.address)
    row = page.locator("#letters + table tr", has_text=stage.send_refused())
    listed = f"{stage.address}/operator/dead-letters"
    _reload_until_there(page, listed, row.count)
    row.locator("[name=letter]").check()
    page.locator("[name=scope][value=these]").check()
    page.locator("button[value=preview]").click()
    page.wait_for_url("**/operator/dead-letters/jobs/*")
    page.locator("[data-changing]").wait_for(state="detached")
    yield Shot("dead_letter_jobs.job", "/operator/dead-letters/jobs/<job_id>")
    page.goto(listed)
    row.locator("a").click()
    page.locator("[name=reason]").wait_for()
    yield Shot("dead_letter.letter", "/operator/dead-letters/<letter_id>")
    page.locator("[name=reason]").fill("It was made for a picture.")
    page.locator("button[value=discard]").click()
    page.wait_for_url("**/operator/dead-letters/jobs/*")
    page.locator("[data-changing]").wait_for(state="detached")


def predicting(page: Page, stage: Stage) -> Iterator[Shot]:
    """A lesson whose experiment has ended."""
    enter_as("operator")(page, stage.address)
    page.goto(f"{stage.address}/lessons/11?again=1")
    page.locator(".choices input").first.check()
    page.locator("form.predict button").click()
    page.locator("#shown").wait_for(timeout=PATIENCE_SECONDS * 1000)
    yield Shot("lessons.ended", "/lessons/<number>, afterwards")


SCENES: Mapping[str, Scene] = {
    each.__name__: each for each in (registering, forgetting, joining, second_factor, dead_letters, predicting)
}


def _register(page: Page, stage: Stage) -> str:
    """A new account; its address."""
    email = f"{secrets.token_hex(6)}@pedidos.example"
    page.goto(f"{stage.address}/sign-up")
    page.locator("[name=name]").fill("Eva")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(secrets.token_urlsafe(24))
    page.locator("form[action='/sign-up'] button").click()
    page.wait_for_url("**/sign-up/sent")
    return email


def _sign_in(page: Page, stage: Stage, email: str) -> None:
    page.goto(f"{stage.address}/sign-in")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(stage.passwords[email])
    page.locator("form[action='/sign-in'] button").click()


def _reload_until_there(page: Page, address: str, found: Callable[[], int]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    page.goto(address)
    while not found():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{address} shows nothing after {PATIENCE_SECONDS:.0f} s.")
        page.wait_for_timeout(LOOK_MS)
        page.goto(address)
