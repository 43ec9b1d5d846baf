"""What measuring costs: end to end and at low load, with everything on, with everything off, and every order traced."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from pedidos_bench.measures import end_to_end, low_load
from pedidos_bench.measures.side_by_side import side_by_side, turns
from pedidos_bench.measures.started import audited
from pedidos_bench.results import Run
from pedidos_bench.session import Session
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
"""What each sets. "on" is the default: one order in a hundred is traced."""


def measure(servers: Servers, orders: int, bursts: int, low_load_seconds: float, rounds: int) -> Iterator[Run]:
    """In each round, for each setting: `bursts` runs of these orders end to end, and low load for `low_load_seconds`.

    The platforms of all settings run meanwhile, and each that measures itself is scraped every 15 s, as Prometheus does
    it, whether it has a run or not. scrape_ms is the slowest answer of any /metrics in a run that had one. Many short
    runs in turns show a difference of a hundredth, which is less than how much two long runs differ by chance.
    """
    systems = {setting: Pedidos(changes=changes) for setting, changes in SETTINGS.items()}
    with side_by_side(servers, systems) as sessions, ExitStack() as stack:
        took = {setting: stack.enter_context(_scraped(setting, session)) for setting, session in sessions.items()}
        runs: dict[str, list[Run]] = {setting: [] for setting in sessions}
        for number in range(rounds * bursts):
            for setting in turns(list(sessions), number):
                took[setting].clear()
                run = end_to_end.measure(sessions[setting], orders, "telemetry", setting)
                runs[setting].append(_with_scrapes(run, took[setting]))
                if number % bursts == 0:
                    took[setting].clear()
                    run = low_load.measure(sessions[setting], low_load_seconds)
                    run = replace(run, measure="telemetry_low_load", setting=setting)
                    runs[setting].append(_with_scrapes(run, took[setting]))
        for setting, session in sessions.items():
            yield from audited(session, runs[setting])


def _with_scrapes(run: Run, took: list[float]) -> Run:
    return replace(run, figures={**run.figures, "scrape_ms": max(took)}) if took else run


@contextmanager
def _scraped(setting: str, session: Session) -> Iterator[list[float]]:
    """Inside the context, every process is scraped, if the platform measures itself. Yields a list that gets the
    milliseconds of each answer."""
    took: list[float] = []
    over = threading.Event()
    targets = Layout.of(session.servers.settings).targets

    def scrape() -> None:
        while not over.wait(SCRAPE_SECONDS):
            took.extend(map(_asked, sorted(targets.glob("*.json"))))

    thread = threading.Thread(target=scrape, name=f"scrapes, {setting}")
    if SETTINGS[setting]["telemetry"]:
        thread.start()
    try:
        yield took
    finally:
        over.set()
        if thread.ident is not None:
            thread.join()


def _asked(target: Path) -> float:
    (address,) = json.loads(target.read_text("utf-8"))[0]["targets"]
    began = time.perf_counter()
    connection = HTTPConnection(address, timeout=ANSWER_SECONDS)
    connection.request("GET", "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    connection.getresponse().read()
    connection.close()
    return (time.perf_counter() - began) * 1000
