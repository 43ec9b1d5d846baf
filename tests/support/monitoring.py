"""A Prometheus that scrapes a platform once a second, with the rules of the alerts."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from pedidos_local import ports
from pedidos_local.monitoring import server
from pedidos_local.settings import LocalSettings
from tests.support.platform import Platform
from tests.support.promtool import MISSING, program
from tests.support.waiting import until

ANSWER_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Answers queries."""

    address: str

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that the expression returns now."""
        answer = self._get("query", query=expression)
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def firing(self) -> set[str]:
        """The names of the alerts that fire."""
        alerts = self._get("alerts")["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def _get(self, path: str, **parameters: str) -> dict[str, Any]:
        url = f"{self.address}/api/v1/{path}?{urlencode(parameters)}"
        with urlopen(url, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def prometheus_at(platform: Platform, speed: float) -> Iterator[Prometheus]:
    """Scrapes the platform, which runs. speed: by how much the windows and waits of its rules are shorter. Skips the
    test if there is no Prometheus."""
    if program("prometheus") is None:
        pytest.skip(MISSING)
    settings = LocalSettings(state_dir=platform.state_dir, port_base=platform.port_base)
    scrapes = server.SCRAPES.read_text("utf-8").replace("15s", "1s").replace("scrape_timeout: 5s", "scrape_timeout: 1s")
    server.prepare(settings, "", scrapes, speed)
    made = server.program(settings)
    process = subprocess.Popen(made.command, cwd=made.cwd, stderr=subprocess.DEVNULL)
    try:
        until(made.ready, "Prometheus to listen")
        yield Prometheus(f"http://127.0.0.1:{platform.port_base + ports.PROMETHEUS}")
    finally:
        process.terminate()
        process.wait(ANSWER_SECONDS)
