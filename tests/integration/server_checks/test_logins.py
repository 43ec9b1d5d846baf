"""The logins of the processes, as `setup --logins` checks them: a refusal names the file that has to be corrected."""

from pathlib import Path

import pytest

from pedidos.server_checks.findings import Away
from pedidos.server_checks.logins import refused
from pedidos.storage import roles
from pedidos.storage.roles import ProcessKind
from tests.support.servers import as_role

PROCESSES = [kind for kind in ProcessKind if kind is not roles.OPERATOR]


@pytest.fixture
def folder(database_url: str, tmp_path: Path) -> Path:
    """A file for each process, whose logins are right."""
    for kind in PROCESSES:
        name = kind.role.removeprefix("pedidos_")
        (tmp_path / f"{name}.env").write_text(f"PEDIDOS_DATABASE_URL={as_role(database_url, kind)}\n", "utf-8")
    (tmp_path / "edge.env").write_text("PEDIDOS_EDGE_KEY=key\n", "utf-8")
    return tmp_path


def test_logins_that_are_right(folder: Path) -> None:
    assert list(refused(folder)) == []


def test_each_wrong_login_is_named_with_its_file(folder: Path) -> None:
    worker, relay = folder / "worker.env", folder / "relay.env"
    worker.write_text(worker.read_text("utf-8").replace("//pedidos_worker:", "//pedidos_worker:not-"), "utf-8")
    relay.write_text(relay.read_text("utf-8").replace("//pedidos_relay:", "//pedidos_relai:"), "utf-8")
    first, second = map(str, refused(folder))
    assert first.startswith("relay.env: PostgreSQL: It does not let us in (password authentication failed for user")
    assert first.endswith("Correct PEDIDOS_DATABASE_URL in relay.env.")
    assert second.startswith(
        'worker.env: PostgreSQL: It does not let us in (password authentication failed for user "pedid'
    )
    assert "not-" not in first + second


def test_a_server_that_is_away_is_no_wrong_login(folder: Path) -> None:
    (folder / "api.env").write_text("PEDIDOS_DATABASE_URL=postgresql://pedidos_api:none@127.0.0.1:1/pedidos\n", "utf-8")
    with pytest.raises(Away):
        list(refused(folder))
