"""`pedidos keys`, as an operator uses it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from pedidos.cli.acting import local_user
from pedidos.security.rotation import ensure_keys
from pedidos_dev.cli import app
from tests.support.ports import free_port
from tests.support.settings import forget_settings
from tests.support.tables import rows


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys that have just been made, and the database of the tests; no other setting."""
    forget_settings(monkeypatch)
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", database_url)
    monkeypatch.setenv("PEDIDOS_KEYS_DIR", str(tmp_path))
    ensure_keys(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments], terminal_width=200)


def listed(done: Result) -> list[tuple[str, str]]:
    """State and kid of each key."""
    assert done.exit_code == 0, done.output
    lines = [line.split() for line in done.stdout.splitlines() if "published" in line]
    return [(line[0], line[1]) for line in lines]


def test_a_rotation_moves_each_key_on() -> None:
    following, current = listed(run("list"))
    assert (following[0], current[0]) == ("next", "current")
    after = listed(run("rotate", "--now"))
    assert [state for state, _ in after] == ["next", "current", "previous"]
    assert [kid for _, kid in after[1:]] == [following[1], current[1]]
    assert listed(run("list")) == after


def test_one_that_comes_too_early_is_refused() -> None:
    before = run("list").stdout
    refused = run("rotate")
    assert refused.exit_code != 0
    assert run("list").stdout == before


def test_keys_are_created_without_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "new"
    monkeypatch.delenv("PEDIDOS_DATABASE_URL")
    monkeypatch.setenv("PEDIDOS_KEYS_DIR", str(folder))
    made = listed(run("create"))
    assert [state for state, _ in made] == ["next", "current"]
    assert {path.name for path in folder.iterdir()} == {"signing.pem", "next.pem", "jwks.json", "refresh.key"}
    assert listed(run("create")) == made, "what is there stays"


def test_discarding(engine: Engine) -> None:
    before = {kid for _, kid in listed(run("list"))}
    after = listed(run("rotate", "--discard"))
    assert [state for state, _ in after] == ["next", "current"]
    assert not before & {kid for _, kid in after}
    (entry,) = rows(engine, "select action, local_user from audit_log where subject = :kid", kid=after[1][1])
    assert (entry.action, entry.local_user) == ("key.discarded", local_user())


def test_without_postgresql_keys_are_replaced_and_the_missing_entry_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", f"postgresql://pedidos@127.0.0.1:{free_port()}/nowhere")
    before = {kid for _, kid in listed(run("list"))}
    done = run("rotate", "--discard")
    assert not before & {kid for _, kid in listed(done)}
    assert "The audit log has no entry of this" in done.stderr
