"""A pod that starts beside `setup` sees the schema with the role of its process, and not before it has its rights."""

import psycopg
import pytest
from sqlalchemy import Engine

from pedidos.storage import roles
from pedidos.storage.awaited_schema import look, main, newest
from pedidos.storage.migrations import migrate
from pedidos.storage.roles import ProcessKind
from tests.support.servers import as_role

WAITING = [kind for kind in ProcessKind if kind is not roles.OPERATOR]


def url_of(engine: Engine, kind: ProcessKind) -> str:
    whole = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return as_role(whole, kind)


def test_nothing_is_there_before_setup_and_the_newest_after_it(empty: Engine) -> None:
    revision, seen = look(url_of(empty, roles.WORKER))
    assert revision is None
    assert "alembic_version" in seen
    migrate(empty)
    assert look(url_of(empty, roles.WORKER))[0] == newest()


@pytest.mark.parametrize("kind", WAITING)
def test_each_process_may_ask(database_url: str, kind: ProcessKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_STATE_DIR", "/nonexistent")
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", as_role(database_url, kind))
    assert main() == 0


def test_a_schema_without_rights_is_not_there_yet(empty: Engine) -> None:
    migrate(empty)
    with psycopg.connect(url_of(empty, roles.WORKER).replace(f"//{roles.WORKER.role}:", "//pedidos:")) as owner:
        owner.execute("revoke select on alembic_version from pedidos_worker")
    revision, seen = look(url_of(empty, roles.WORKER))
    assert revision is None
    assert "permission denied" in seen


def test_a_server_that_is_away_is_waited_for() -> None:
    revision, seen = look("postgresql://pedidos_worker:none@127.0.0.1:1/pedidos")
    assert revision is None
    assert "refused" in seen
