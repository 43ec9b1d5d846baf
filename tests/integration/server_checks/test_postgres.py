"""Databases of the local server that are not fit for the platform, and a server of an older version."""

import os
import pwd
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from pedidos.server_checks.findings import Away
from pedidos_local.ports import LOOPBACK
from tests.integration.server_checks.asking import Flaws, Maker
from tests.support.ports import free_port

FIT = re.compile(r"PostgreSQL: (fsync is off|log_error_verbosity is default)\..*")
"""Said of the server of the tests, and right."""


@pytest.fixture
def role(superuser: psycopg.Connection, database_url: str) -> Iterator[Callable[[str], str]]:
    """role(how) makes one and returns the address of the tests' database for it."""
    made: list[str] = []

    def make(how: str) -> str:
        name = f"unfit_{uuid4().hex[:12]}"
        superuser.execute(f"create role {name} login password 'x' {how}")
        made.append(name)
        return re.sub("//pedidos:[^@]*@", f"//{name}:x@", database_url)

    yield make
    for name in made:
        superuser.execute(f"drop role {name}")


def named(lines: list[str]) -> list[str]:
    """The lines that are about something else than the server of the tests as such."""
    return [line for line in lines if not FIT.fullmatch(line)]


def test_the_database_of_the_tests_is_fit(flaws: Flaws, database_url: str) -> None:
    assert not named(flaws("postgres", database_url=database_url))


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "WIN1252"])
def test_another_encoding(flaws: Flaws, database: Maker, encoding: str) -> None:
    address = database(f"encoding '{encoding}' locale_provider libc locale 'C'")
    (line,) = named(flaws("postgres", database_url=address))
    assert line.startswith("! PostgreSQL: The database unfit_")
    assert f"has the encoding {encoding}. Make one with encoding UTF8: create database" in line


def test_a_role_that_may_do_nothing(flaws: Flaws, role: Maker) -> None:
    name = (address := role("")).partition("//")[2].partition(":")[0]
    assert named(flaws("postgres", database_url=address)) == [
        f"! PostgreSQL: The role {name} may not make tables in the schema public."
        f" Run: grant create on schema public to {name}.",
        "! PostgreSQL: Tables of our names belong to another role: accounts, alembic_version, order_events, orders,"
        f" products, stock. Use a database of its own, or their owner in place of {name}.",
    ]


def test_what_a_role_sets_is_set_by_our_sessions(flaws: Flaws, role: Maker, superuser: psycopg.Connection) -> None:
    name = (address := role("in role pedidos")).partition("//")[2].partition(":")[0]
    for each in ("default_transaction_read_only = on", "search_path = nowhere", "client_encoding = LATIN1"):
        superuser.execute(f"alter role {name} set {each}")
    assert not named(flaws("postgres", database_url=address))


def test_a_role_with_few_connections(flaws: Flaws, role: Maker) -> None:
    (line,) = named(flaws("postgres", database_url=role("in role pedidos connection limit 5")))
    assert "may open 5 connections; one process of each kind needs 38." in line


def test_a_database_without_a_schema(flaws: Flaws, database: Maker) -> None:
    address = database("")
    with psycopg.connect(address.replace("//pedidos:", "//postgres:"), autocommit=True) as superuser:
        superuser.execute("drop schema public")
    (line,) = named(flaws("postgres", database_url=address))
    assert line.startswith("! PostgreSQL: There is neither a schema pedidos nor a schema public.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r"//pedidos:[^@]*@", "//pedidos:wrong@", 'password authentication failed for user "pedidos"'),
        (r"/[^/]*$", "/nothing", 'database "nothing" does not exist'),
    ],
)
def test_refused_credentials_are_reported(flaws: Flaws, database_url: str, old: str, new: str, said: str) -> None:
    (line,) = flaws("postgres", database_url=re.sub(old, new, database_url))
    assert line == f"! PostgreSQL: It does not let us in ({said}). Correct PEDIDOS_DATABASE_URL."


def test_no_server_listens(flaws: Flaws) -> None:
    with pytest.raises(Away, match=r"PostgreSQL cannot be used now \(connection failed"):
        flaws("postgres", database_url="postgresql://pedidos@127.0.0.1:1/pedidos")


def older() -> Path | None:
    """The programs of a PostgreSQL before 16, where the system has one (Debian's folders)."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres") if int(path.parts[-3]) < 16]
    return found[0] if found else None


@pytest.fixture
def old_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    programs = older()
    if programs is None:
        pytest.skip("no PostgreSQL before 16 on this machine")
    folder = tmp_path_factory.mktemp("old")
    run: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {"LC_ALL": "C"}}
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        user = pwd.getpwnam("nobody")
        run |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        shared = Path(tempfile.gettempdir())
        for each in (folder, *(parent for parent in folder.parents if shared in parent.parents)):
            each.chmod(0o755)
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = str(folder / "data")
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "pedidos", "-A", "trust", "-E", "UTF8", "-N"], check=True, **run
    )
    port = free_port()
    settings = {"listen_addresses": LOOPBACK, "port": port, "unix_socket_directories": "", "max_connections": 50}
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    server = subprocess.Popen([programs / "postgres", "-D", data, *options], **run)
    try:
        ready = [str(programs / "pg_isready"), "-h", LOOPBACK, "-p", str(port), "-t", "1"]
        while subprocess.run(ready, check=False, **run).returncode != 0:
            assert server.poll() is None, "it did not start"
        yield f"postgresql://pedidos@{LOOPBACK}:{port}/postgres"
    finally:
        server.terminate()
        server.wait(30)


def test_an_older_version(flaws: Flaws, old_server: str) -> None:
    (line,) = named(flaws("postgres", database_url=old_server))
    assert re.fullmatch(r"! PostgreSQL: It is version 1[0-5]\.[0-9]+\. Use 16 or newer\.", line)
