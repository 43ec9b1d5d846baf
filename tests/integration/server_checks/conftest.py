"""What every test here asks: what is wrong with this server."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from pedidos.server_checks.examination import SETTINGS, examine
from tests.integration.server_checks.asking import Flaws, Maker


@pytest.fixture
def flaws() -> Flaws:
    def look(name: str, **settings: Any) -> list[str]:
        return [f"{'! ' if flaw.fatal else ''}{flaw}" for flaw in examine(SETTINGS[name](**settings), name).flaws]

    return look


@pytest.fixture
def superuser(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url.replace("//pedidos:", "//postgres:"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def database(superuser: psycopg.Connection, database_url: str) -> Iterator[Maker]:
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
