"""Databases on the shared PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from pedidos_bench.system import Servers
from pedidos_local import postgres


@contextmanager
def fresh(servers: Servers, name: str) -> Iterator[str]:
    """Creates an empty database that belongs to the platform's role; yields its URL. Drops it at the end, so that no
    later run pays for its vacuum."""
    own = sql.Identifier(name)
    drop = sql.SQL("drop database if exists {} with (force)").format(own)
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("create database {} owner {}").format(own, sql.Identifier(postgres.ROLE)))
        try:
            url = urlsplit(servers.settings.database_url or "")
            yield url._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(drop)


def checkpoint(servers: Servers) -> None:
    """Makes PostgreSQL write out everything that is not on disk yet."""
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("checkpoint")
