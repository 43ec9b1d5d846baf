"""What measuring costs: end to end and at low load, with everything on, with everything off, and every order traced."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from pedidos_bench.measures import end_to_end, low_load
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos
from pedidos_local.layout import Layout

SCRAPE_SECONDS = 15.0
ANSWER_SECONDS = 10.0


SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "off": {"telemetry": False},
    "on": {"telemetry": True},
    "all traced": {"telemetry": True, "trace_ratio": 1.0},
}
"""What each sets. "on" is the default: one order in a hundred is traced. Whatever is measured is also scraped, at the
start and every 15 s."""


def measure(servers: Servers, orders: int, low_load_seconds: float, rounds: int) -> Iterator[Run]:
    """Two runs for each setting and round: these orders end to end, and low load for `low_load_seconds`. scrape_ms is
    the slowest answer of any /metrics meanwhile."""
    for turn in range(rounds):
        for setting in turns(turn):
            changes = SETTINGS[setting]
            with ours(servers, Pedidos(changes=changes)) as (session, _target):
                targets = Layout.of(servers.settings).targets if changes["telemetry"] else None
                with _scraped(targets) as took:
                    loaded = end_to_end.measure(session, orders, "telemetry", setting)
                runs = [_with_scrapes(loaded, took)]
                with _scraped(targets) as took:
                    quiet = low_load.measure(session, low_load_seconds)
                runs.append(_with_scrapes(replace(quiet, measure="telemetry_low_load", setting=setting), took))
                yield from audited(session, runs)


def turns(number: int) -> list[str]:
    """The settings in the order of this round: each comes first once, so that what changes in between, such as the
    machine's temperature, favours none of them."""
    settings = list(SETTINGS)
    first = number % len(settings)
    return settings[first:] + settings[:first]


def _with_scrapes(run: Run, took: list[float]) -> Run:
    return replace(run, figures={**run.figures, "scrape_ms": max(took)}) if took else run


@contextmanager
def _scraped(targets: Path | None) -> Iterator[list[float]]:
    """Inside the context, every process is scraped. Yields a list that gets the milliseconds of each answer."""
    took: list[float] = []
    over = threading.Event()

    def scrape() -> None:
        while targets is not None:
            took.extend(map(_asked, sorted(targets.glob("*.json"))))
            if over.wait(SCRAPE_SECONDS):
                return

    thread = threading.Thread(target=scrape, name="scrapes")
    thread.start()
    try:
        yield took
    finally:
        over.set()
        thread.join()


def _asked(target: Path) -> float:
    (address,) = json.loads(target.read_text("utf-8"))[0]["targets"]
    began = time.perf_counter()
    connection = HTTPConnection(address, timeout=ANSWER_SECONDS)
    connection.request("GET", "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    connection.getresponse().read()
    connection.close()
    return (time.perf_counter() - began) * 1000
