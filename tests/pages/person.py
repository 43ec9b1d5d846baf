"""A person in front of a browser: a profile of their own, and everything that the browser complains about."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.support.platform import Platform

PATIENCE_MS = 30_000
"""For what a page shows in the end. A test waits for that, and for no fixed time."""

PHONE, DESKTOP = 390, 1280

SANDBOX = ["--no-sandbox"] if os.geteuid() == 0 else []
"""Arguments for Chromium, which refuses to sandbox what root starts."""

WATCH = """
document.addEventListener("securitypolicyviolation", event =>
    console.error(`policy: ${event.violatedDirective} refuses ${event.blockedURI}`));
"""


class Launch(Protocol):
    """Starts a Chromium, with these variables in its environment too."""

    def __call__(self, **variables: str) -> Browser: ...


@dataclass
class Person:
    """page: the tab in which they are. expected: statuses of answers that a test causes on purpose. expected_errors:
    the same for connections, by Chromium's names, such as ERR_INTERNET_DISCONNECTED."""

    address: str
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    expected_errors: set[str] = field(default_factory=set)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(WATCH)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.complaints.append(f"error: {error.error}"))
        self.page = self.context.new_page()

    @classmethod
    @contextmanager
    def at(
        cls,
        platform: Platform,
        browser: Browser,
        *,
        language: str = "en-US",
        colours: Literal["light", "dark"] = "light",
        width: int = DESKTOP,
    ) -> Iterator["Person"]:
        """Inside, the person looks at pages. At the end, the browser must have had nothing to complain about."""
        with closing(
            browser.new_context(
                ignore_https_errors=True,  # its authority is that of the platform
                locale=language,
                color_scheme=colours,
                viewport={"width": width, "height": 800},
            )
        ) as context:
            person = cls(f"https://localhost:{platform.port_base}", context)
            yield person
            assert person.complaints == [], person.complaints

    def goes_to(self, path: str) -> Page:
        """The page at this path."""
        self.page.goto(self.address + path)
        return self.page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        foreseen = {f"status of {status}" for status in self.expected} | self.expected_errors
        if not any(each in message.text for each in foreseen):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")
