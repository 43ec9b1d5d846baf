"""The files of make-secrets: each service of compose.yaml mounts what its process reads, and nothing else."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from pedidos.settings.base import PREFIX, Settings
from pedidos.settings.processes import (
    ApiSettings,
    BridgeSettings,
    LiveSettings,
    NotifierSettings,
    RelaySettings,
    SchedulerSettings,
    WebSettings,
    WorkerSettings,
)
from pedidos.setup.demo_accounts import EMAILS
from pedidos_gateway.intents.settings import IntentsProcessSettings
from tests.support.checkout import ROOT

PROCESSES: dict[str, type[Settings]] = {
    "api": ApiSettings,
    "live": LiveSettings,
    "web": WebSettings,
    "relay": RelaySettings,
    "bridge": BridgeSettings,
    "notifier": NotifierSettings,
    "worker": WorkerSettings,
    "scheduler": SchedulerSettings,
    "gateway": IntentsProcessSettings,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("made") / "secrets"
    subprocess.run([ROOT / "deploy" / "compose" / "make-secrets", made], check=True, capture_output=True)
    return made


def file_of(service: str, broker: str) -> str:
    """The name of the file that the service sees as its platform.env."""
    compose = (ROOT / "compose.yaml").read_text("utf-8")
    about = compose.partition(f"\n  {service}:\n")[2].partition("\n\n")[0]
    (secret,) = re.findall(r"secrets: \[\{source: (\S+), target: /run/pedidos/platform.env\}\]", about)
    (named,) = re.findall(rf'^  {secret}: \{{file: ".*/(\S+)"\}}$', compose, re.MULTILINE)
    return str(named).replace("${PEDIDOS_BROKER:-valkey}", broker)


def variables(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text("utf-8").splitlines())


@pytest.mark.parametrize("broker", ["valkey", "rabbitmq"])
@pytest.mark.parametrize("service", PROCESSES)
def test_each_process_gets_the_secrets_that_it_reads_and_no_others(folder: Path, service: str, broker: str) -> None:
    made = {name for file in folder.glob("*.env") for name in variables(file)}
    read = {f"{PREFIX}{name.upper()}" for name in PROCESSES[service].model_fields}
    assert set(variables(folder / file_of(service, broker))) == made & read


def test_those_behind_the_edge_know_its_key(folder: Path) -> None:
    key = variables(folder / "edge.env")
    for service in ("api", "web"):
        assert key.items() <= variables(folder / file_of(service, "valkey")).items(), service


def test_each_account_of_the_demo_has_a_password(folder: Path) -> None:
    accounts = json.loads((folder / "secrets.json").read_text("utf-8"))["accounts"]
    assert list(accounts) == list(EMAILS)
    assert len(set(accounts.values())) == len(EMAILS)
