"""The configurations of Prometheus: valid, for every process that serves /metrics, and at the ports where they do."""

import re
from pathlib import Path

import pytest

from pedidos_local.monitoring.alerts import PROCESSES
from pedidos_local.monitoring.rules import rules
from tests.support.promtool import promtool

ROOT = Path(__file__).parents[4]
FOLDER = ROOT / "deploy" / "prometheus"


@pytest.mark.parametrize("name", ["local.yml", "compose.yml"])
def test_a_configuration_is_valid(name: str, tmp_path: Path) -> None:
    text = (FOLDER / name).read_text("utf-8").replace("/etc/prometheus/", "")
    (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "alerts.yml").write_text(rules(), "utf-8")
    checked = promtool("check", "config", name, cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_process_of_compose_is_scraped_at_its_port() -> None:
    text = (FOLDER / "compose.yml").read_text("utf-8")
    assert tuple(re.findall(r"job_name: (\w+)", text)) == PROCESSES
    assert tuple(re.findall(r"names: \[(\w+)\]", text)) == PROCESSES
    (port,) = set(re.findall(r"port: (\d+)", text))
    assert f"PEDIDOS_METRICS_PORT={port}" in (ROOT / "Dockerfile").read_text("utf-8")


def test_compose_publishes_the_edge_alone() -> None:
    published = re.findall(r"^    ports: (.*)$", (ROOT / "compose.yaml").read_text("utf-8"), re.MULTILINE)
    assert published == ['["${PEDIDOS_LISTEN:-127.0.0.1:8443}:443"]']


def test_the_edge_knows_no_port_of_metrics() -> None:
    assert "9100" not in (ROOT / "deploy" / "caddy" / "Caddyfile").read_text("utf-8")
