"""The people of the demo, each with a browser's session, as their browsers and as plain clients."""

import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, Error, Page

from pedidos.http.authentication import SESSION_COOKIE

ANSWER_SECONDS = 20.0
NETWORK_CHANGED = ("ERR_NETWORK_CHANGED", "chrome-error://")
"""Chromium ends all requests when an interface of the machine comes or goes, whichever they use. Then it shows a page
of its own, which may end the next attempt too."""
ATTEMPTS = 5
LANGUAGE = "en-US"


class NotLetIn(Exception):
    """A person of the demo could not sign in."""


def go(page: Page, address: str) -> None:
    """Opens the address, again if an interface of the machine has changed meanwhile. Raises playwright's Error."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            page.goto(address, wait_until="load")
        except Error as error:
            if attempt == ATTEMPTS or not any(each in error.message for each in NETWORK_CHANGED):
                raise
            page.wait_for_load_state()
        else:
            return


@dataclass(frozen=True, slots=True)
class Person:
    """cookie: of their session; None for somebody without an account."""

    url: str
    ca_file: Path
    cookie: str | None = None

    @classmethod
    def entering(cls, url: str, ca_file: Path, name: str) -> "Person":
        """Somebody of the demo (customer, merchant, operator) who has just signed in. Raises NotLetIn."""
        with cls(url, ca_file).client() as client:
            answer = client.post("/sign-in/demo", data={"as": name}, headers={"Sec-Fetch-Site": "same-origin"})
            cookie = answer.cookies.get(SESSION_COOKIE)
        if answer.status_code != HTTPStatus.SEE_OTHER or cookie is None:
            raise NotLetIn(f"{name}: the sign-in was answered with {answer.status_code}")
        return cls(url, ca_file, cookie)

    def client(self) -> httpx2.Client:
        """A client that asks for pages as their browser does, over one connection."""
        headers = {"Accept-Language": LANGUAGE, "Accept-Encoding": "gzip"}
        if self.cookie is not None:
            headers["Cookie"] = f"{SESSION_COOKIE}={self.cookie}"
        return httpx2.Client(
            base_url=self.url,
            verify=ssl.create_default_context(cafile=str(self.ca_file)),
            trust_env=False,  # the platform is on this machine: no proxy
            timeout=ANSWER_SECONDS,
            headers=headers,
        )

    @contextmanager
    def page(self, browser: Browser) -> Iterator[Page]:
        """A tab in a profile that has nothing but their session: no file is in its cache."""
        # Its authority is that of the platform, which this browser does not know.
        with closing(browser.new_context(ignore_https_errors=True, locale=LANGUAGE)) as context:
            if self.cookie is not None:
                context.add_cookies(
                    [
                        {
                            "name": SESSION_COOKIE,
                            "value": self.cookie,
                            "url": self.url,
                            "secure": True,
                            "httpOnly": True,
                            "sameSite": "Strict",
                        }
                    ]
                )
            yield context.new_page()
