"""What every test here asks: what is wrong with this server."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest

from pedidos.servers.examination import SETTINGS, examine


@pytest.fixture
def flaws():
    """flaws(name, **settings) -> each flaw as a line; those that the platform cannot live with begin with an
    exclamation mark."""

    def look(name: str, **given: object) -> list[str]:
        return [f"{'! ' if flaw.fatal else ''}{flaw}" for flaw in examine(SETTINGS[name](**given), name).flaws]

    return look


@pytest.fixture
def superuser(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url.replace("//pedidos:", "//postgres:"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def database(superuser: psycopg.Connection, database_url: str) -> Iterator[Callable[[str], str]]:
    """database(how) makes one and returns its address."""
    made: list[str] = []

    def make(how: str) -> str:
        name = f"unfit_{uuid4().hex[:12]}"
        superuser.execute(f"create database {name} owner pedidos template template0 {how}")
        made.append(name)
        return f"{database_url.rpartition('/')[0]}/{name}"

    yield make
    for name in made:
        superuser.execute(f"drop database {name} with (force)")
