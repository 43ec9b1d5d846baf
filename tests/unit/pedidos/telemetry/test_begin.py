"""How a process begins to measure itself; what it leaves out when it is told not to."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from http.client import HTTPConnection
from pathlib import Path

import pytest

import pedidos
from pedidos.settings.groups.telemetry import MetricsSettings
from pedidos.telemetry.begin import begin
from pedidos.telemetry.catalogue.every import CATALOGUE
from pedidos.telemetry.catalogue.relay import RELAY_LEADING
from pedidos.telemetry.metric import Recorder


@pytest.mark.parametrize("settings", [{"telemetry": False, "metrics_port": 0}, {}])
def test_without_a_port_or_when_switched_off_nothing_is_measured(settings: dict[str, object]) -> None:
    assert begin(MetricsSettings.make(**settings), Recorder.RELAY) is None
    RELAY_LEADING.set(1)


def test_it_writes_where_it_is(tmp_path: Path) -> None:
    target = tmp_path / "relay-1.json"
    server = begin(MetricsSettings.make(metrics_port=0, metrics_target=target), Recorder.RELAY)
    assert server is not None
    try:
        (found,) = json.loads(target.read_text("utf-8"))
        assert found["labels"] == {"job": "relay", "instance": "relay-1"}
        assert found["targets"] == ["{}:{}".format(*server.address)]
        text = scrape(*server.address)
        assert "pedidos_relay_leading 0.0" in text
        assert "pedidos_orders_accepted" not in text  # the api's
    finally:
        server.close()
        for metric in CATALOGUE:
            metric.unbind()


def test_a_port_that_is_taken_stops_no_process() -> None:
    first = begin(MetricsSettings.make(metrics_port=0), Recorder.RELAY)
    assert first is not None
    try:
        assert begin(MetricsSettings.make(metrics_port=first.address[1]), Recorder.LIVE) is None
    finally:
        first.close()
        for metric in CATALOGUE:
            metric.unbind()


PARENT = """
    import os, sys, time
    from pathlib import Path
    from pedidos.settings.groups.telemetry import ChildMetricsSettings
    from pedidos.telemetry import begin
    from pedidos.telemetry.catalogue import steps as metrics

    folder = Path(sys.argv[1])
    target = folder.with_suffix(".json")
    settings = ChildMetricsSettings.make(metrics_port=0, metrics_folder=folder, metrics_target=target)
    server = begin.begin_parent(settings)
    for _ in range(2):
        if os.fork() == 0:
            begin.begin_child(server)
            metrics.STEP_MOVED["charge"].inc(3)
            metrics.STEP_RUNNING["charge"].inc()
            os.write(1, b"%d\\n" % os.getpid())  # in one piece: the other child writes too
            time.sleep(60)
    os.wait()
    print("one ended", flush=True)
    time.sleep(60)
"""


def test_a_worker_serves_the_sums_over_its_children(tmp_path: Path) -> None:
    """In a process of its own: prometheus-client decides when it is imported how it keeps values."""
    folder = tmp_path / "worker-1"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"of an earlier run")
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(pedidos.__file__).parents[1])}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        try:
            children = [int(parent.stdout.readline()) for _ in range(2)]
            (target,) = json.loads((tmp_path / "worker-1.json").read_text("utf-8"))[0]["targets"]
            host, _, port = target.partition(":")
            text = scrape(host, int(port))
            assert 'pedidos_step_moved_orders_total{step="charge"} 6.0' in text
            assert 'pedidos_step_batches_running{step="charge"} 2.0' in text
            os.kill(children[0], signal.SIGKILL)
            assert parent.stdout.readline() == "one ended\n"
            text = scrape(host, int(port), fresh=True)
            assert 'pedidos_step_moved_orders_total{step="charge"} 6.0' in text
            assert 'pedidos_step_batches_running{step="charge"} 1.0' in text
            assert not list(folder.glob(f"*_{children[0]}.db"))
        finally:
            os.killpg(parent.pid, signal.SIGKILL)


def scrape(host: str, port: int, *, fresh: bool = False) -> str:
    """The text. fresh: in the other format, which is not the one that was made a moment ago."""
    connection = HTTPConnection(host, port, timeout=10)
    accept = "application/openmetrics-text; version=1.0.0" if fresh else "text/plain"
    connection.request("GET", "/metrics", headers={"Accept": accept})
    text = connection.getresponse().read().decode()
    connection.close()
    return text
