"""/metrics of each process of a platform: what it says about the orders, and who can reach it."""

import json
from http.client import HTTPConnection

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pedidos.domain.fusing import CLOSING, OPENING
from pedidos.domain.steps import PIPELINE
from pedidos.telemetry.catalogue.every import of
from pedidos.telemetry.metric import Recorder
from pedidos_local import ports
from tests.support.client import Client
from tests.support.platform import Platform
from tests.support.waiting import until

ORDERS = 5
RECORDERS = {
    "api-1": Recorder.API,
    "live-1": Recorder.LIVE,
    "web-1": Recorder.WEB,
    "relay-1": Recorder.RELAY,
    "bridge-1": Recorder.CONSUMER,
    "notifier-1": Recorder.CONSUMER,
    "worker-1": Recorder.WORKER,
    "scheduler": Recorder.SCHEDULER,
}


def address(platform: Platform, name: str) -> tuple[str, int]:
    (target,) = json.loads((platform.state_dir / "run" / "targets" / f"{name}.json").read_text("utf-8"))
    host, _, port = target["targets"][0].partition(":")
    return host, int(port)


def samples(platform: Platform, name: str) -> dict[str, float]:
    """The samples of a process, by name and labels as they are written, summed over labels under the name alone."""
    connection = HTTPConnection(*address(platform, name), timeout=10)
    try:
        connection.request("GET", "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        text = connection.getresponse().read().decode()
    finally:
        connection.close()
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0.0) + sample.value
            found[f"{sample.name} {' '.join(sample.labels.values())}"] = sample.value
    return found


class Grown:
    """How much the samples have grown since this was made."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._before = {name: samples(platform, name) for name in RECORDERS}

    def by(self, name: str, sample: str) -> float:
        return samples(self._platform, name)[sample] - self._before[name].get(sample, 0.0)


@pytest.fixture(scope="module")
def grown(platform: Platform) -> Grown:
    """ORDERS orders were placed and confirmed since."""
    made = Grown(platform)
    for _ in range(ORDERS):
        assert "confirmed" in platform.run("order")
    return made


@pytest.mark.parametrize("name", RECORDERS)
def test_each_process_serves_the_metrics_that_it_records(platform: Platform, name: str) -> None:
    found = samples(platform, name)
    for metric in of(RECORDERS[name]):
        assert any(key.startswith(metric.exposed) for key in found), metric.name


@pytest.mark.parametrize(
    ("name", "sample", "least"),
    [
        ("api-1", "pedidos_orders_accepted_total", ORDERS),
        ("api-1", "pedidos_orders_accept_seconds_count", ORDERS),
        ("relay-1", "pedidos_relay_published_events_total", 6 * ORDERS),
        ("bridge-1", "pedidos_consumer_records_total bridge", ORDERS),
        ("notifier-1", "pedidos_consumer_records_total notifier", 6 * ORDERS),
        ("worker-1", "pedidos_orders_confirm_seconds_count", ORDERS),
        ("worker-1", "pedidos_gateway_answers_total captured", ORDERS),
        ("live-1", "pedidos_orders_seen_seconds_count", ORDERS),
        ("live-1", "pedidos_streams_ended_total", ORDERS),
        ("scheduler", "pedidos_orders confirmed", ORDERS),
        ("scheduler", "pedidos_published_events", 6 * ORDERS),
        ("scheduler", "pedidos_ledger_checked_timestamp_seconds", 1),
    ],
)
def test_orders_are_counted_at_every_place(grown: Grown, name: str, sample: str, least: int) -> None:
    until(lambda: grown.by(name, sample) >= least, f"{sample} of {name} to grow by {least}", look_seconds=0.6)


@pytest.mark.usefixtures("grown")
def test_the_scheduler_knows_the_whole_platform(platform: Platform) -> None:
    now = samples(platform, "scheduler")
    for part in ("database", "consumers", "queues"):
        assert now[f"pedidos_figures_read_timestamp_seconds {part}"] > 0
    assert now["pedidos_ledger_violations"] == 0
    assert now["pedidos_publishing_blocked"] == 0
    assert now["pedidos_disk_free_bytes"] > 0
    assert now["pedidos_certificate_end_timestamp_seconds"] > 0


@pytest.mark.usefixtures("grown")
def test_status_shows_the_tasks_of_each_worker(platform: Platform) -> None:
    """What Flower could not: exact figures per worker and step."""
    before = samples(platform, "worker-1")
    tasks = platform.status()["tasks"]
    assert list(tasks) == ["worker-1"]
    for each in PIPELINE:
        figures = tasks["worker-1"][each.step]
        assert figures["moved"] >= before[f"pedidos_step_moved_orders_total {each.step}"] >= ORDERS
        assert figures["failed"] == 0
    # The other steps were done in the same commits.
    for step in (OPENING[0], CLOSING[0]):
        figures = tasks["worker-1"][step]
        assert 0 < figures["batches"] <= figures["orders"]
        assert figures["seconds"] > 0
    shown = [line.split() for line in platform.run("status").splitlines() if "worker-1" in line]
    steps = [OPENING[0], CLOSING[0]]  # others are shown too, if tests before this one needed them
    assert [words[0] for words in shown if words[0] in steps] == steps
    assert sum(words[0] == "worker-1" for words in shown) == 1  # the README's command takes the pid from that row


def test_the_edge_does_not_lead_there(customer: Client, platform: Platform) -> None:
    for path in ("/metrics", "//metrics", "/v1/metrics", "/metrics?name[]=up"):
        assert customer.get(path).status_code == 404
    metrics = {address(platform, name)[1] for name in RECORDERS}
    served = {platform.port_base + offset for offsets in ports.OF_KIND.values() for offset in offsets}
    assert not metrics & served  # the edge knows these ports only
    for path in ("/v1/orders", "/livez", "/"):
        for name in RECORDERS:
            connection = HTTPConnection(*address(platform, name), timeout=10)
            connection.request("GET", path)
            assert connection.getresponse().status == 404
            connection.close()
