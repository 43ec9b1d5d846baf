"""Settings come from the environment, then from platform.env; one message names all that are missing or wrong."""

from pathlib import Path

import pytest

from pedidos.settings.base import Invalid, variable
from pedidos.settings.groups import WatchdogSettings
from pedidos.settings.processes import READERS, ApiSettings
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
