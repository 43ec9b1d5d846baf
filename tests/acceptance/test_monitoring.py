"""A real Prometheus on a real platform: every process is found and scraped, and the dashboards show something."""

import json
from collections.abc import Iterator
from functools import partial

import pytest

from pedidos_dev.dashboards import RATE, every_metric, overview
from pedidos_local.monitoring.alerts import PROCESSES
from pedidos_local.monitoring.client import Prometheus
from pedidos_local.monitoring.rules import every_alert
from tests.support.monitoring import prometheus_at
from tests.support.platform import Platform
from tests.support.waiting import until

TARGETS = {"api-1", "live-1", "web-1", "relay-1", "bridge-1", "notifier-1", "worker-1", "scheduler"}


@pytest.fixture(scope="module")
def prometheus(platform: Platform) -> Iterator[Prometheus]:
    with prometheus_at(platform, speed=60) as running:
        until(lambda: up(running) == TARGETS, "every process to be scraped", 60)
        yield running


def up(prometheus: Prometheus) -> set[str]:
    return {series["metric"]["instance"] for series in prometheus.query("up == 1")}


def test_every_process_is_found(prometheus: Prometheus) -> None:
    assert {series["metric"]["job"] for series in prometheus.query("up")} == set(PROCESSES)


def test_every_panel_shows_series(platform: Platform, prometheus: Prometheus) -> None:
    assert "confirmed" in platform.run("order")
    for board in (overview, every_metric):
        for panel in json.loads(board())["panels"]:
            for target in panel.get("targets", ()):
                expression = target["expr"].replace(RATE, "1m")
                until(partial(prometheus.query, expression), f"{panel['title']}: {expression}", 60)


def test_a_healthy_platform_has_no_alert(platform: Platform, prometheus: Prometheus) -> None:
    assert "confirmed" in platform.run("order")
    known = {alert.name for alert in every_alert()}
    until(lambda: prometheus.query("pedidos:objective_errors:ratio_rate5m"), "the rules to run")
    assert not prometheus.firing() & (known - {"DeadLettersOpen"})  # other tests of this platform leave some
