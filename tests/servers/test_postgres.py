"""PostgreSQL 16 and newer, with TLS and a role for each kind of process."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pedidos.errors import DatabaseUnavailable
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import make_engine, ping
from pedidos.storage.migrations import migrate
from pedidos_local.postgres import DATABASE, ROLE
from tests.integration.server_checks.asking import Flaws
from tests.servers import databases
from tests.servers.authority import Authority
from tests.servers.databases import VERSIONS, WRITTEN, Database
from tests.support.settings import forget_settings
from tests.support.tables import rows


@pytest.fixture(
    scope="module", params=VERSIONS or [pytest.param(0, marks=pytest.mark.skip(reason=databases.NONE_HERE))]
)
def any_database(request: pytest.FixtureRequest, folder: Path, authority: Authority) -> Iterator[Database]:
    version = request.param
    with databases.postgres(VERSIONS[version], folder / f"postgres-{version}", authority) as found:
        yield found


@pytest.fixture
def owner(any_database: Database) -> Iterator[Engine]:
    engine = make_engine(DatabaseSettings(database_url=any_database.url()), "tests")
    yield engine
    engine.dispose()


def test_the_schema_comes_and_goes(any_database: Database, owner: Engine, flaws: Flaws) -> None:
    assert not [line for line in flaws("postgres", database_url=any_database.url()) if line.startswith("!")]
    migrate(owner)
    shifted = "select uuidv7() as now, uuidv7(interval '-1 hour') as earlier, clock_timestamp() as at"
    (found,) = rows(owner, shifted)
    assert (found.now.version, found.now.variant) == (7, uuid.RFC_4122)
    assert abs((found.now.int >> 80) / 1000 - found.at.timestamp()) < 1
    assert abs((found.earlier.int >> 80) / 1000 - found.at.timestamp() + 3600) < 1
    many = rows(owner, "select uuidv7() as id from generate_series(1, 2000) as n order by n")
    ids = [row.id for row in many]
    assert len(set(ids)) == len(ids)
    assert [each.int >> 64 for each in ids] == sorted(each.int >> 64 for each in ids)
    migrate(owner, "base")
    ours = "select proname from pg_proc where pronamespace = 'public'::regnamespace"
    assert rows(owner, ours) == []
    migrate(owner)


@pytest.mark.parametrize("name", ["transaction_timeout", "statement_timeout", "synchronous_commit"])
def test_sessions_have_their_settings(owner: Engine, name: str) -> None:
    expected: str | None = {"transaction_timeout": "1min", "statement_timeout": "10s", "synchronous_commit": "on"}[name]
    (version,) = rows(owner, "select current_setting('server_version_num')::int as number")
    if name == "transaction_timeout" and version.number < 170_000:
        expected = None  # this version does not know it
    (found,) = rows(owner, "select current_setting(:name, true) as value", name=name)
    assert found.value == expected


def test_what_is_wrong_is_said(any_database: Database, stranger: Path, flaws: Flaws) -> None:
    right = any_database.url()
    trusted = str(any_database.authority)
    elsewhere = right.replace("@localhost:", "@another.example:").replace("?", "?hostaddr=127.0.0.1&")
    for address, said in (
        (right.replace(trusted, str(stranger)), "TLS cannot be trusted (certificate verify failed)"),
        (elsewhere, "TLS cannot be trusted (server certificate for"),
        (right.replace(trusted, "/nowhere.pem"), "TLS cannot be trusted (root certificate file"),
        (right.replace(WRITTEN, "wrong"), "It does not let us in (password authentication failed for user"),
        (any_database.url(mode="disable"), "It does not let us in ("),
    ):
        (line,) = flaws("postgres", database_url=address)
        assert line.startswith(f"! PostgreSQL: {said}"), line


def test_a_rotated_password_is_used_by_the_next_connection(
    any_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_settings(monkeypatch)
    file = tmp_path / "address"
    file.write_text(any_database.url())
    monkeypatch.setenv("PEDIDOS_DATABASE_URL_FILE", str(file))
    engine = make_engine(DatabaseSettings(), "tests")
    with any_database.superuser(DATABASE) as superuser:
        ping(engine)
        (kept,) = superuser.execute("select rolpassword from pg_authid where rolname = %s", (ROLE,)).fetchone() or ("",)
        superuser.execute(f"alter role {ROLE} password 'another'")
        try:
            ping(engine)  # the connection of before stays
            ended = "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s"
            superuser.execute(ended, (ROLE,))
            engine.dispose()
            with pytest.raises(DatabaseUnavailable):
                ping(engine)
            file.write_text(any_database.url().replace(WRITTEN, "another"))
            ping(engine)
        finally:
            superuser.execute(f"alter role {ROLE} password '{kept}'")
            engine.dispose()
