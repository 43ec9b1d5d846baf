"""What is external, what is local, and what other terminals are told."""

import sys
from pathlib import Path

import pytest

from pedidos.settings.base import Settings
from pedidos.settings.processes import READERS
from pedidos_gateway.settings import GatewayProcessSettings
from pedidos_local import environment
from pedidos_local.credentials import Credentials
from pedidos_local.settings import LocalSettings, PlatformSettings
from tests.support.settings import forget_settings


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(monkeypatch)


def test_everything_is_local_by_default(tmp_path: Path) -> None:
    assert environment.external() == frozenset()
    settings = environment.complete(
        LocalSettings(state_dir=tmp_path, port_base=21300), Credentials(database="a/b", broker="c d")
    )
    assert settings.database_url == "postgresql://pedidos:a%2Fb@127.0.0.1:21302/pedidos"
    assert settings.broker_url == "redis://:c%20d@127.0.0.1:21303/0"
    assert settings.kafka_bootstrap == "127.0.0.1:21304"
    assert str(settings.gateway_url) == "http://127.0.0.1:21306"
    assert str(settings.public_url) == "https://localhost:21300"
    assert settings.ca_file == tmp_path / "certificates" / "ca.pem"


def test_an_address_that_is_set_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_BROKER_URL", "amqp://guest:guest@queue:5672//")
    monkeypatch.setenv("PEDIDOS_PUBLIC_URL", "https://shop.example")
    assert environment.external() == {"valkey", "edge"}
    settings = environment.complete(LocalSettings(state_dir=tmp_path), Credentials())
    assert settings.broker_url == "amqp://guest:guest@queue:5672//"
    assert settings.gateway_key, "the simulator is ours, and wants a key"
    assert settings.ca_file is None, "our authority does not vouch for somebody else's edge"
    assert settings.trace_key is None, "it is not for a server that is not ours"


def test_an_address_in_a_file_stays_there_for_processes_and_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "broker"
    file.write_text("amqp://guest:guest@queue:5672//\n")
    monkeypatch.setenv("PEDIDOS_BROKER_URL_FILE", str(file))
    assert environment.external() == {"valkey"}
    settings = environment.complete(LocalSettings(state_dir=tmp_path), Credentials())
    assert settings.broker_url == "amqp://guest:guest@queue:5672//"
    given = environment.python_environment(settings)
    assert given["PEDIDOS_BROKER_URL_FILE"] == str(file)
    assert "PEDIDOS_BROKER_URL" not in given
    environment.write_env_file(settings)
    monkeypatch.delenv("PEDIDOS_BROKER_URL_FILE")
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(tmp_path))
    file.write_text("amqp://guest:rotated@queue:5672//")
    assert PlatformSettings.load().broker_url == "amqp://guest:rotated@queue:5672//"


@pytest.mark.parametrize(
    ("given", "demo"),
    [
        ({}, True),
        ({"DEMO": "false"}, False),
        ({"KAFKA_BOOTSTRAP": "kafka:9092"}, True),
        ({"DATABASE_URL": "postgresql://shop@db/shop"}, False),
        ({"DATABASE_URL": "postgresql://shop@db/shop", "DEMO": "true"}, True),
        ({"DATABASE_URL": "postgresql://shop@db/shop", "DEMO": "false"}, False),
    ],
)
def test_a_postgresql_that_is_not_ours_gets_demo_data_only_if_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], *, demo: bool
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"PEDIDOS_{name}", value)
    assert environment.demo_wanted() is demo
    assert environment.complete(LocalSettings(state_dir=tmp_path), Credentials()).demo is demo


def test_a_gateway_that_is_not_ours_gets_no_key_of_the_simulator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = LocalSettings(state_dir=tmp_path)
    monkeypatch.setenv("PEDIDOS_GATEWAY_URL", "https://payments.example")
    assert environment.complete(local, Credentials()).gateway_key is None
    monkeypatch.setenv("PEDIDOS_GATEWAY_KEY", "theirs")
    assert environment.complete(local, Credentials()).gateway_key == "theirs"


def test_other_commands_find_what_up_worked_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "it's a folder \\ with signs"
    folder.mkdir()
    settings = environment.complete(LocalSettings(state_dir=folder, port_base=21300), Credentials())
    environment.write_env_file(settings)
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(folder))
    assert PlatformSettings.load() == settings


def test_our_processes_find_this_package_and_nothing_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("HOME", "/home/me")
    made = environment.python_environment(LocalSettings(port_base=1234))
    assert (Path(made["PYTHONPATH"]) / "pedidos" / "settings").exists()
    assert made["PYTHONPATH"] in map(str, map(Path, sys.path))
    assert made["HOME"] == "/home/me"
    assert made["PEDIDOS_PORT_BASE"] == "1234"
    assert not {"PYTHONOPTIMIZE", "PGSSLMODE"} & made.keys()


def test_a_platform_reads_all_that_its_processes_read() -> None:
    of_each_process = {"host", "port", "instance", "heartbeat_file"}
    of_each_process |= {"metrics_host", "metrics_port", "metrics_target", "metrics_folder"}
    of_each_process |= {"figures_file"}  # of web alone
    of_containers = {"listen", "metrics_sources"}
    of_a_person = {"operator_token"}  # who runs a command; no process keeps it
    readers: list[type[Settings]] = [*READERS, GatewayProcessSettings]
    for reader in readers:
        assert set(reader.model_fields) - of_each_process - of_containers - of_a_person <= set(
            PlatformSettings.model_fields
        ), reader.reader


def test_an_external_address_is_none_of_an_all_local_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_BROKER_URL", "amqp://guest:guest@queue:5672//")
    local = LocalSettings(state_dir=tmp_path, port_base=21300)
    settings = environment.all_local(local, Credentials(), {"queue_limit": 3})
    assert settings.broker_url.endswith("@127.0.0.1:21303/0")
    assert settings.queue_limit == 3
