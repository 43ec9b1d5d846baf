"""The old name of a setting works for one release."""

from pathlib import Path

import pytest

from pedidos.settings import Settings


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(tmp_path))


def test_the_old_name_works_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_FORGOTTEN_SECONDS", "7")
    with pytest.warns(FutureWarning, match="PEDIDOS_STALLED_AFTER_SECONDS"):
        assert Settings.load().stalled_after_seconds == 7


def test_the_new_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_FORGOTTEN_SECONDS", "7")
    monkeypatch.setenv("PEDIDOS_STALLED_AFTER_SECONDS", "8")
    assert Settings.load().stalled_after_seconds == 8
