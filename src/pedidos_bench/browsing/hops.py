"""When a browser shows the hops of an order on its map, beside when they were committed."""

import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as NotInTime

from pedidos_bench.browsing.demo_order import DemoPeople
from pedidos_bench.browsing.people import Person, go

SCRIPT = (Path(__file__).parent / "hops.js").read_text("utf-8")

SHOP_SECONDS = 2.5
"""How long the shop waits before each of its steps: longer than the relay takes to come to rest."""
PATIENCE_MS = 15_000

BY_SHOP = {"prepare": "preparing", "dispatch": "on_its_way", "deliver": "delivered"}
"""What the shop does, and the state that it leads to."""


class Hop(NamedTuple):
    """One event of an order. heard_ms: from its time in the log until the browser had it, seen_ms: until its first
    frame; None if the map did not show it. by_shop: whether a person caused it, after a pause."""

    kind: str
    heard_ms: float | None
    seen_ms: float | None
    by_shop: bool


def hops_of_one(browser: Browser, operator: Person, people: DemoPeople, workers: Sequence[int]) -> list[Hop]:
    """Watches one new order on its map, from the moment before a worker takes it to its delivery.

    An order is confirmed before a page about it can be open. So the workers are stopped until it is.
    """
    with operator.page(browser) as page:
        page.add_init_script(SCRIPT)
        with _stopped(workers):
            order_id = people.place()
            go(page, f"{operator.url}/operator/orders/{order_id}/map")
            page.wait_for_function("() => window.hopsOpen === true", timeout=PATIENCE_MS)
            before = {event["version"] for event in people.order(order_id)["timeline"]}
        people.until(order_id, "confirmed")
        for verb in BY_SHOP:
            time.sleep(SHOP_SECONDS)  # it is what is measured: a step after a pause
            people.move(order_id, verb)
        timeline = [event for event in people.order(order_id)["timeline"] if event["version"] not in before]
        _until_told(page, {event["version"] for event in timeline})
        return list(matched(timeline, page.evaluate("window.hops")))


def matched(timeline: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]) -> Iterator[Hop]:
    """The hops of the events in the timeline. told: what the browser noted, with times in ms since the epoch."""
    first: dict[int, Mapping[str, Any]] = {}
    for each in told:
        first.setdefault(each["version"], each)
    for event in timeline:
        committed_ms = datetime.fromisoformat(event["occurred_at"]).timestamp() * 1000
        noted = first.get(event["version"])
        heard = None if noted is None else max(0.0, noted["heard"] - committed_ms)
        seen = max(0.0, noted["painted"] - committed_ms) if noted is not None and noted["seen"] else None
        kind = event["type"]
        yield Hop(kind, heard, seen, kind.removeprefix("order.") in BY_SHOP.values())


def _until_told(page: Page, versions: set[int]) -> None:
    """Returns when the browser has noted all of them, or after a while: what is missing then was not shown."""
    condition = "versions => versions.every(version => window.hops.some(hop => hop.version === version))"
    try:
        page.wait_for_function(condition, arg=sorted(versions), timeout=PATIENCE_MS)
    except NotInTime:
        return


@contextmanager
def _stopped(roots: Sequence[int]) -> Iterator[None]:
    """Inside, these processes and their children are paused."""
    family = [process.pid for root in roots for process in (psutil.Process(root), *psutil.Process(root).children(True))]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in family:
            os.kill(pid, signal.SIGCONT)
