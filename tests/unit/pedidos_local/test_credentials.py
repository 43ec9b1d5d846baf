"""Passwords are generated once, kept, and readable only by their owner."""

import json
import os
import stat
from pathlib import Path

import pytest

from pedidos.setup.demo_accounts import EMAILS
from pedidos.setup.secrets_file import DamagedSecrets
from pedidos_local import credentials


def test_made_once(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = credentials.ensure(path)
    assert credentials.ensure(path) == first == credentials.read(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len({first.database, first.broker, first.control, *first.accounts.values()}) == 3 + len(first.accounts)


def test_every_demo_account_has_a_password(tmp_path: Path) -> None:
    assert set(credentials.ensure(tmp_path / "secrets.json").accounts) == set(EMAILS)


def test_what_a_later_version_needs_is_added(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({"database": "kept", "accounts": {"operator@pedidos.example": "kept, too"}}))
    found = credentials.ensure(path)
    assert found.database == "kept"
    assert found.accounts["operator@pedidos.example"] == "kept, too"
    assert found.accounts["customer@pedidos.example"]
    assert credentials.read(path) == found


@pytest.mark.parametrize("text", ["", '{"database": "cut sh', "[]", '{"accounts": null}', '{"unheard of": 1}'])
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(text)
    for attempt in (credentials.read, credentials.ensure):
        with pytest.raises(DamagedSecrets, match=f"{path} is damaged"):
            attempt(path)
    assert path.read_text() == text


def test_a_file_is_replaced_once_the_new_one_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secrets.json"
    path.write_text("old")
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append((os.fstat(number).st_size, path.read_text())))
    credentials.write_private(path, "new one")
    assert synced == [(len("new one"), "old")]
    assert path.read_text() == "new one"
