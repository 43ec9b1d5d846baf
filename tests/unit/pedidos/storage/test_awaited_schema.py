"""Which schema a pod waits for, and what it says without an address."""

from pathlib import Path

import pytest

from pedidos.storage import awaited_schema, migrations


def test_it_is_the_one_that_alembic_knows() -> None:
    assert awaited_schema.newest() == migrations.newest()


def test_without_an_address_it_ends_and_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("PEDIDOS_DATABASE_URL", raising=False)
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(tmp_path))
    assert awaited_schema.main() == 2
    assert capsys.readouterr().err.startswith("PEDIDOS_DATABASE_URL is not set")
