"""What is external, what is local, and what other terminals are told."""

import sys
from pathlib import Path

import pytest

from pedidos.settings import Settings
from pedidos_local import environment
from pedidos_local.credentials import Credentials


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PEDIDOS_{name.upper()}", raising=False)


def test_everything_is_local_by_default(tmp_path: Path) -> None:
    given = Settings(state_dir=tmp_path, port_base=21300)
    assert environment.external(given) == frozenset()
    settings = environment.complete(given, Credentials(database="a/b", broker="c d"))
    assert settings.database_url == "postgresql://pedidos:a%2Fb@127.0.0.1:21302/pedidos"
    assert settings.broker_url == "redis://:c%20d@127.0.0.1:21303/0"
    assert settings.kafka_bootstrap == "127.0.0.1:21304"
    assert settings.gateway_url == "http://127.0.0.1:21306"
    assert settings.public_url == "https://localhost:21300"
    assert settings.ca_file == tmp_path / "certificates" / "ca.pem"


def test_an_address_that_is_set_stays(tmp_path: Path) -> None:
    given = Settings(
        state_dir=tmp_path, broker_url="amqp://guest:guest@queue:5672//", public_url="https://shop.example"
    )
    assert environment.external(given) == {"valkey", "edge"}
    settings = environment.complete(given, Credentials())
    assert settings.broker_url == "amqp://guest:guest@queue:5672//"
    assert settings.gateway_key, "the simulator is ours, and wants a key"
    assert settings.ca_file is None, "our authority does not vouch for somebody else's edge"


def test_a_gateway_that_is_not_ours_gets_no_key_of_the_simulator(tmp_path: Path) -> None:
    given = Settings(state_dir=tmp_path, gateway_url="https://payments.example")
    assert environment.complete(given, Credentials()).gateway_key is None
    given = given.model_copy(update={"gateway_key": "theirs"})
    assert environment.complete(given, Credentials()).gateway_key == "theirs"


def test_other_commands_find_what_up_worked_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "it's a folder \\ with signs"
    folder.mkdir()
    settings = environment.complete(Settings(state_dir=folder, port_base=21300), Credentials())
    environment.write_env_file(settings)
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(folder))
    assert Settings.load() == settings


def test_our_processes_find_this_package_and_nothing_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("HOME", "/home/me")
    made = environment.python_environment(Settings(port=1234))
    assert (Path(made["PYTHONPATH"]) / "pedidos" / "settings.py").exists()
    assert made["PYTHONPATH"] in map(str, map(Path, sys.path))
    assert made["HOME"] == "/home/me"
    assert made["PEDIDOS_PORT"] == "1234"
    assert not {"PYTHONOPTIMIZE", "PGSSLMODE"} & made.keys()
