"""The first view of a page in a browser with an empty cache: what it asks for, and how much it gets."""

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from pedidos_bench.browsing.people import Person

QUIET_MS = 300
"""A view is complete when the page is loaded and has asked for nothing for this long."""
PATIENCE_SECONDS = 30.0
LOOK_MS = 25

STREAM = "EventSource"


class NotShown(Exception):
    """The page was not shown, or asks for more all the time."""


@dataclass(frozen=True, slots=True)
class FirstView:
    """sent: bytes of all answers as they were sent, compressed and with their headers; a stream counts with what came
    until the view was complete. requests: all of them. of_web: what the process web was asked for, the document first,
    streams not among it."""

    sent: int
    requests: int
    of_web: list[str]


@dataclass
class _Traffic:
    """What Chromium reports about the requests of a page (Chrome DevTools Protocol, domain Network)."""

    kinds: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    moved: float = field(default_factory=time.monotonic)

    def began(self, event: dict[str, Any]) -> None:
        number, kind, address = event["requestId"], event["type"], urlsplit(event["request"]["url"])
        if address.scheme == "data":
            return
        self.moved = time.monotonic()
        self.kinds[number] = kind
        if kind != STREAM:
            self.pending.add(number)
        if kind != STREAM and not address.path.startswith(("/assets/", "/v1/")):
            self.paths.append(f"{address.path}?{address.query}" if address.query else address.path)

    def answered(self, event: dict[str, Any]) -> None:
        status = event["response"]["status"]
        if status >= 400:
            self.failed.append(f"{urlsplit(event['response']['url']).path}: {status}")

    def came(self, event: dict[str, Any]) -> None:
        number = event["requestId"]
        if number in self.kinds:
            self.sent[number] = self.sent.get(number, 0) + event["encodedDataLength"]

    def finished(self, event: dict[str, Any]) -> None:
        number = event["requestId"]
        if number in self.kinds:
            self.moved = time.monotonic()
            self.sent[number] = event["encodedDataLength"]
            self.pending.discard(number)

    def broke(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.pending:
            self.pending.discard(event["requestId"])
            self.failed.append(event["errorText"])


def first_view(browser: Browser, person: Person, path: str) -> FirstView:
    """Opens the page once, in a new profile. Raises NotShown."""
    traffic = _Traffic()
    with person.page(browser) as page:
        session = page.context.new_cdp_session(page)
        for name, take in (
            ("Network.requestWillBeSent", traffic.began),
            ("Network.responseReceived", traffic.answered),
            ("Network.dataReceived", traffic.came),
            ("Network.loadingFinished", traffic.finished),
            ("Network.loadingFailed", traffic.broke),
        ):
            session.on(name, take)
        session.send("Network.enable")
        page.goto(person.url + path, wait_until="load")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while traffic.pending or time.monotonic() - traffic.moved < QUIET_MS / 1000:
            if time.monotonic() > deadline:
                raise NotShown(f"{path}: it still asks for {sorted(traffic.paths)[-3:]}")
            page.wait_for_timeout(LOOK_MS)  # the events of the browser are taken meanwhile
    if traffic.failed:
        raise NotShown(f"{path}: {'; '.join(traffic.failed)}")
    return FirstView(sum(traffic.sent.values()), len(traffic.kinds), traffic.paths)
