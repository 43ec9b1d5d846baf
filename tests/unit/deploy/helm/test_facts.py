"""What the chart says about the processes is what the code, the image and compose.yaml say."""

import re
from typing import Any

import pytest
import yaml

from pedidos.messaging.groups import BRIDGE
from pedidos.processes.celery_app import queue_names
from pedidos.settings.base import Settings, variable
from pedidos.settings.groups.broker import BrokerSettings
from pedidos.settings.groups.identity import KeySettings
from pedidos.settings.groups.kafka import KafkaSettings
from pedidos.settings.groups.orders import GatewaySettings
from pedidos_dev.documents.chart import PROCESSES
from pedidos_local.monitoring.alerts import PROCESSES as MEASURED
from tests.support.chart import CHART, FORMS, read_rendered
from tests.support.checkout import ROOT
from tests.unit.deploy.compose.test_make_secrets import PROCESSES as SETTINGS


def template(name: str) -> str:
    return (CHART / "templates" / name).read_text("utf-8")


def facts() -> dict[str, dict[str, Any]]:
    """The table of the processes."""
    text = template("_facts.tpl").partition("-}}\n")[2].partition("{{-")[0]
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return found


COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]


def test_every_process_is_there() -> None:
    assert set(facts()) == set(PROCESSES) == set(MEASURED)
    assert set(PROCESSES) == set(yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))["processes"])


@pytest.mark.parametrize("kind", PROCESSES)
def test_it_has_the_time_to_end_that_it_has_in_compose(kind: str) -> None:
    assert f"{facts()[kind]['grace']}s" == COMPOSE[kind]["stop_grace_period"]


@pytest.mark.parametrize("kind", PROCESSES)
def test_it_reaches_the_servers_whose_settings_it_reads(kind: str) -> None:
    settings, reaches = SETTINGS[kind], facts()[kind]["reaches"]
    reads = set(settings.model_fields)

    def has(group: type[Settings]) -> bool:
        return {name for name, field in group.model_fields.items() if field.is_required()} <= reads

    wanted = {
        "kafka": has(KafkaSettings) or "kafka_bootstrap" in reads,
        "broker": has(BrokerSettings) or "broker_url" in reads,
        "gateway": has(GatewaySettings),
        "outside": "smtp_host" in reads,
        "collector": "otlp_url" in reads,
        "metrics": "metrics_sources" in reads,
    }
    assert {server for server in reaches if server != "postgres"} == {name for name, is_so in wanted.items() if is_so}
    assert "postgres" in reaches


@pytest.mark.parametrize("kind", PROCESSES)
def test_it_sees_the_keys_that_it_reads(kind: str) -> None:
    assert ("keys" in facts()[kind]) == (set(KeySettings.model_fields) <= set(SETTINGS[kind].model_fields))


def test_ports_and_users_are_those_of_the_image() -> None:
    image = (ROOT / "Dockerfile").read_text("utf-8")
    assert {each["port"] for each in facts().values() if "port" in each} == {
        int(re.findall(r"PEDIDOS_PORT=(\d+)", image)[0])
    }
    (metrics,) = re.findall(r"PEDIDOS_METRICS_PORT=(\d+)", image)
    assert f"containerPort: {metrics}" in template("_process.tpl")
    assert {str(each["user"]) for kind, each in facts().items() if kind != "live"} == set(
        re.findall(r"--uid (\d+)", image)
    )


def test_keda_asks_for_our_group_and_our_queues() -> None:
    found = [each for each in read_rendered("everything") if each["kind"] == "ScaledObject"]
    scaled = {each["metadata"]["name"]: each["spec"]["triggers"] for each in found}
    assert set(scaled) == {f"shop-pedidos-{kind}" for kind in ("api", "web", "live", "bridge", "worker")}
    (lag,) = scaled["shop-pedidos-bridge"]
    assert (lag["metadata"]["consumerGroup"], lag["metadata"]["topic"]) == (BRIDGE.id, BRIDGE.topic)
    queues = [each["metadata"]["listName"] for each in scaled["shop-pedidos-worker"] if each["type"] == "redis"]
    assert {*queues, "retention"} == set(queue_names())


def test_a_process_of_the_demo_gets_the_secrets_that_it_reads() -> None:
    (secret,) = [
        each["stringData"]
        for each in read_rendered("demo")
        if (each["kind"], each["metadata"]["name"]) == ("Secret", "shop-pedidos-demo")
    ]
    given = {
        name.removesuffix(".env"): {line.partition("=")[0] for line in text.splitlines()}
        for name, text in secret.items()
        if name.endswith(".env")
    }
    made = set().union(*given.values())
    for kind, settings in SETTINGS.items():
        assert given[kind] == made & {variable(name) for name in settings.model_fields}, kind
    assert given.keys() == {*SETTINGS, "setup", "edge"}


def test_the_values_of_each_form_are_of_the_chart() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    for form in FORMS.values():
        assert set(form) <= set(values)
