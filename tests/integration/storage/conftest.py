"""A database to migrate."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Connection, Engine

from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import make_engine, statements


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    """A database with nothing in it."""
    name = f"empty_{uuid4().hex[:12]}"
    # The server's superuser has the same password; the role of the platform may not make databases.
    with psycopg.connect(database_url.replace("//pedidos:", "//postgres:"), autocommit=True) as superuser:
        superuser.execute(f"create database {name} owner pedidos")
        made = make_engine(DatabaseSettings(database_url=f"{database_url.rsplit('/', 1)[0]}/{name}"), "tests")
        yield made
        made.dispose()
        superuser.execute(f"drop database {name}")


@pytest.fixture
def log(engine: Engine) -> Iterator[Connection]:
    """A connection as the relay has it."""
    with statements(engine) as connection:
        yield connection
