"""A whole platform, and people who look at its pages in Chromium."""

import os
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from pedidos_dev import browser as chromium
from tests.pages.person import PATIENCE_MS, SANDBOX, Launch, Person
from tests.support.platform import Platform, platform_in


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_in(tmp_path_factory.mktemp("pages") / "state") as made:
        made.run("up", "-d")
        yield made


@pytest.fixture(scope="session")
def launch() -> Iterator[Launch]:
    """Starts a Chromium, with these variables in its environment too."""
    path = chromium.find()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("There is no Chromium. ./pedidos test pages installs it where it may.")
        pytest.skip("There is no Chromium: ./pedidos test pages")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield lambda **variables: playwright.chromium.launch(
            executable_path=path, args=SANDBOX, env={**os.environ, **variables}
        )


@pytest.fixture(scope="session")
def browser(launch: Launch) -> Iterator[Browser]:
    """One for all tests; each person has a profile of their own in it."""
    with closing(launch()) as opened:
        yield opened


@pytest.fixture
def person(platform: Platform, browser: Browser) -> Iterator[Person]:
    """Someone without an account, who reads English."""
    with Person.at(platform, browser) as someone:
        yield someone
