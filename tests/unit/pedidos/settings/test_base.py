"""Settings come from the environment, then from platform.env; one message names all that are missing or wrong."""

from pathlib import Path

import pytest

from pedidos.settings.base import ENV_FILE, Invalid, Settings, variable
from pedidos.settings.groups.orders import WatchdogSettings
from pedidos.settings.processes import READERS, ApiSettings, MigrateSettings, ReconcileSettings
from tests.support.settings import forget_settings


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(monkeypatch)
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(tmp_path))


def test_the_old_name_works_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_FORGOTTEN_SECONDS", "7")
    with pytest.warns(FutureWarning, match="PEDIDOS_STALLED_AFTER_SECONDS"):
        assert WatchdogSettings.load().stalled_after_seconds == 7


def test_the_new_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_FORGOTTEN_SECONDS", "7")
    monkeypatch.setenv("PEDIDOS_STALLED_AFTER_SECONDS", "8")
    assert WatchdogSettings.load().stalled_after_seconds == 8


def test_a_process_that_does_not_read_a_renamed_variable_does_not_warn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_FORGOTTEN_SECONDS", "7")
    with pytest.raises(Invalid):
        ApiSettings.load()


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.reader)
def test_what_is_missing_is_named_in_one_message(reader: type[ApiSettings]) -> None:
    required = {variable(name) for name, field in reader.model_fields.items() if field.is_required()}
    assert required
    with pytest.raises(Invalid) as refused:
        reader.load()
    first, *lines, last = str(refused.value).splitlines()
    assert first == f"{reader.reader}: settings are missing or wrong."
    assert {line.split()[0] for line in lines} == required
    assert last.startswith("Set what is missing in the environment.")


def test_what_is_wrong_is_named_too_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", "mysql://user:secret@host/name")
    monkeypatch.setenv("PEDIDOS_API_THREADS", "none")
    monkeypatch.setenv("PEDIDOS_KEYS_DIR", "keys")
    with pytest.raises(Invalid) as refused:
        ApiSettings.load()
    message = str(refused.value)
    assert "PEDIDOS_PORT is not set: " in message
    assert "PEDIDOS_DATABASE_URL is wrong: it should be postgresql://" in message
    assert "PEDIDOS_API_THREADS is wrong: Input should be a valid integer" in message
    assert "PEDIDOS_KEYS_DIR" not in message
    assert "secret" not in message


@pytest.mark.parametrize(
    ("address", "another", "credential", "reader"),
    [
        ("PEDIDOS_DATABASE_URL", "postgresql://other.example/pedidos", "database_owner_url", MigrateSettings),
        ("PEDIDOS_GATEWAY_URL", "https://other.example", "gateway_key", ReconcileSettings),
    ],
)
def test_a_credential_that_is_kept_for_the_local_server_is_for_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, another: str, credential: str, reader: type[Settings]
) -> None:
    kept = {
        "PEDIDOS_DATABASE_URL": "postgresql://operator@127.0.0.1/pedidos",
        "PEDIDOS_DATABASE_OWNER_URL": "postgresql://owner@127.0.0.1/pedidos",
        "PEDIDOS_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
        "PEDIDOS_RECORD_KEYS": "the-key-of-the-tests",
        "PEDIDOS_GATEWAY_URL": "http://127.0.0.1:1",
        "PEDIDOS_GATEWAY_KEY": "of-the-simulator",
    }
    (tmp_path / ENV_FILE).write_text("".join(f"{name}='{value}'\n" for name, value in kept.items()))
    assert getattr(reader.load(), credential) == kept[variable(credential)]
    monkeypatch.setenv(address, another)
    assert getattr(reader.load(), credential) is None


@pytest.mark.parametrize("named", ["", "PEDIDOS_GATEWAY_URL='https://gateway:8000'\n"])
def test_a_credential_is_used_for_a_server_that_only_the_environment_names_or_both_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("PEDIDOS_GATEWAY_URL", "https://gateway:8000")
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", "postgresql://operator@127.0.0.1/pedidos")
    monkeypatch.setenv("PEDIDOS_KAFKA_BOOTSTRAP", "127.0.0.1:9092")
    monkeypatch.setenv("PEDIDOS_RECORD_KEYS", "the-key-of-the-tests")
    (tmp_path / ENV_FILE).write_text(f"{named}PEDIDOS_GATEWAY_KEY='of-a-container'\n")
    assert ReconcileSettings.load().gateway_key == "of-a-container"
