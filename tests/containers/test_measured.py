"""The stack measures itself: each process serves /metrics inside, and a Prometheus beside them scrapes and judges."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from pedidos.telemetry.catalogue.every import of
from pedidos.telemetry.catalogue.orders import ORDERS_ACCEPTED
from pedidos.telemetry.metric import Recorder
from pedidos_local.monitoring.rules import every_alert
from tests.containers.customer import Customer
from tests.containers.stack import MEASURED, Stack
from tests.support.waiting import until

ASK = "import sys, urllib.request as r; sys.stdout.write(r.urlopen(sys.argv[1], timeout=10).read().decode())"
CONSUMERS = ("bridge", "notifier")
RECORDERS = {kind: Recorder.CONSUMER if kind in CONSUMERS else Recorder(kind) for kind in MEASURED}


@pytest.fixture
def watched(built: Stack) -> Iterator[Stack]:
    """With Prometheus."""
    built.up(COMPOSE_PROFILES="prometheus")
    yield built
    built.compose("--profile", "prometheus", "rm", "--stop", "--force", "prometheus")


def asked(stack: Stack, url: str) -> str:
    """The answer to a container of the inner network."""
    return stack.execute("api", "python", "-c", ASK, url)


def of_prometheus(stack: Stack, path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asked(stack, f"http://prometheus:9090/api/v1/{path}"))["data"]
    return found


@pytest.mark.parametrize("kind", MEASURED)
def test_each_process_serves_its_metrics_inside(stack: Stack, kind: str) -> None:
    text = asked(stack, f"http://{kind}:9100/metrics")
    for metric in of(RECORDERS[kind]):
        assert f"# HELP {metric.exposed} " in text, metric.name


def test_the_edge_does_not_lead_to_metrics(customer: Customer) -> None:
    for path in ("/metrics", "/v1/metrics", "//metrics"):
        assert customer.get(path).status_code == 404, path


def test_each_process_has_its_own_role_at_postgresql(stack: Stack, customer: Customer) -> None:
    question = "select distinct host(client_addr), usename from pg_stat_activity where client_addr is not null"
    process_at = {
        network["IPAddress"]: each["Config"]["Labels"]["com.docker.compose.service"]
        for each in stack.inspect(*MEASURED)
        for name, network in each["NetworkSettings"]["Networks"].items()
        if name.endswith("_inside")
    }

    def roles() -> set[tuple[str, str]]:
        lines = stack.execute("postgres", "psql", "-qtA", "-U", "postgres", "pedidos", "-c", question).split()
        found = [line.split("|") for line in lines]
        return {(process_at[address], role) for address, role in found if address in process_at}

    customer.sees_confirmed(customer.place())
    assert customer.get("/", Accept="text/html").status_code == 200
    wanted = {(kind, f"pedidos_{kind}") for kind in MEASURED if kind not in CONSUMERS}
    until(lambda: wanted <= roles(), "each process to be connected", look_seconds=0.3)
    # They connect when they have something to write.
    assert roles() - wanted <= {(kind, f"pedidos_{kind}") for kind in CONSUMERS}


def test_prometheus_finds_every_process_and_knows_the_alerts(watched: Stack) -> None:
    def up() -> dict[str, str]:
        series = of_prometheus(watched, "query?query=up")["result"]
        return {each["metric"]["job"]: each["value"][1] for each in series}

    until(lambda: up() == dict.fromkeys(MEASURED, "1"), "every process to be scraped", 120, look_seconds=1)
    groups = of_prometheus(watched, "rules")["groups"]
    alerts = {rule["name"] for group in groups for rule in group["rules"] if rule["type"] == "alerting"}
    assert alerts == {alert.name for alert in every_alert()}

    def healthy() -> bool:
        rules = [rule for group in of_prometheus(watched, "rules")["groups"] for rule in group["rules"]]
        return {rule["health"] for rule in rules} == {"ok"}

    until(healthy, "every rule to be evaluated without an error", 120, look_seconds=1)
    customer = Customer(watched)
    customer.sees_confirmed(customer.place())
    counted = f"sum({ORDERS_ACCEPTED.exposed}) > 0"
    until(lambda: of_prometheus(watched, f"query?query={quote(counted)}")["result"], "the order to be counted", 60)
