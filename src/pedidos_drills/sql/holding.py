"""Locks a row, holds a transaction open, or takes all connections, like a session of another program."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import make_url

from pedidos.settings.groups.database import DatabaseSettings

ROWS = {
    "product": "select id from products where id = %(id)s for update",
    "account": "select id from accounts where id = %(id)s for update",
    "stock": "select product_id as id from stock where product_id = %(id)s for update",
}
"""The statement that locks a row, by kind."""

WITHOUT_LIMITS = "-c idle_in_transaction_session_timeout=0 -c transaction_timeout=0"
"""So that the server does not end the session before the drill does."""

YOUNGEST_ORDER = "select id from orders order by id desc limit 1 for update skip locked"


@asynccontextmanager
async def held(settings: DatabaseSettings, what: str, **values: object) -> AsyncIterator[None]:
    """Inside the context, another session holds a row of this kind (see ROWS) for update."""
    async with taken(settings, ROWS[what], values) as rows:
        if not rows:
            raise LookupError(f"there is no such {what}: {values}")
        yield


@asynccontextmanager
async def taken(
    settings: DatabaseSettings, statement: str, values: Mapping[str, object] | None = None, database: str | None = None
) -> AsyncIterator[list[dict[str, Any]]]:
    """Inside the context, a transaction of another session that has executed the statement stays open; then it is
    rolled back.

    database: another database of the same server. Yields the rows that the statement returned.
    """
    connection = await asyncio.to_thread(_connect, settings, database)
    try:
        cursor = await asyncio.to_thread(connection.execute, statement.encode(), values)
        yield cursor.fetchall() if cursor.description else []
    finally:
        await asyncio.to_thread(connection.close)


@asynccontextmanager
async def no_connection_left(settings: DatabaseSettings) -> AsyncIterator[int]:
    """Takes every connection that the server still has; yields their number."""
    async with AsyncExitStack() as stack:
        count = 0
        while (connection := await asyncio.to_thread(_connect_if_possible, settings)) is not None:
            stack.push_async_callback(asyncio.to_thread, connection.close)
            count += 1
        yield count


def _connect_if_possible(settings: DatabaseSettings) -> "psycopg.Connection[dict[str, Any]] | None":
    try:
        return _connect(settings, None)
    except psycopg.OperationalError:
        return None


def _connect(settings: DatabaseSettings, database: str | None) -> "psycopg.Connection[dict[str, Any]]":
    url = make_url(settings.database_url)
    return psycopg.connect(
        (url if database is None else url.set(database=database)).render_as_string(hide_password=False),
        row_factory=dict_row,
        application_name="drill",
        options=WITHOUT_LIMITS,
    )
