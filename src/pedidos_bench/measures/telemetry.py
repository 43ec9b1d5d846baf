"""What measuring costs: end to end with everything on, against everything off, in turns."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

from pedidos_bench.measures import end_to_end
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos
from pedidos_local.layout import Layout

SCRAPE_SECONDS = 15.0
ANSWER_SECONDS = 10.0


def measure(servers: Servers, orders: int, pairs: int) -> Iterator[Run]:
    """Places these orders in each run. "on": with metrics, which are scraped at the start and every 15 s; scrape_ms is
    the slowest answer of any /metrics meanwhile. "off": with PEDIDOS_TELEMETRY=false."""
    for _ in range(pairs):
        for setting, telemetry in (("off", False), ("on", True)):
            with ours(servers, Pedidos(changes={"telemetry": telemetry})) as (session, _target):
                targets = Layout.of(servers.settings).targets if telemetry else None
                with _scraped(targets) as slowest:
                    run = end_to_end.measure(session, orders, "telemetry", setting)
                figures = {**run.figures, "scrape_ms": max(slowest)} if slowest else run.figures
                yield from audited(session, [replace(run, figures=figures)])


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
