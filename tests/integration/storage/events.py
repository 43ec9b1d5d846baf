"""Writing events as the steps do, and where a reader is after them."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from sqlalchemy import Connection

from pedidos.domain import cursor
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.positions import Position

START = Position(cursor.START, 0)

# What the steps write, without their checks: here only the log matters.
TELL = """
insert into order_events (order_id, version, type, status, customer_id, merchant_id)
select id, %(version)s, 'order.paid', 'paid', customer_id, merchant_id from orders where id = %(id)s
"""


def tell(connection: Connection, order_id: UUID, version: int) -> int:
    """Writes an event; returns the number of the transaction."""
    connection.exec_driver_sql(TELL, {"id": order_id, "version": version})
    return int(connection.exec_driver_sql("select pg_current_xact_id()::text").scalar_one())


def ids(events: list[LoggedEvent]) -> list[tuple[UUID, int]]:
    return [(event.order_id, event.version) for event in events]


def after(events: list[LoggedEvent]) -> Position:
    return Position(events[-1].cursor, len(events))


@contextmanager
def begun(url: str, database: str | None = None) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A transaction with a number, of somebody else."""
    address = url if database is None else f"{url.rsplit('/', 1)[0]}/{database}"
    with psycopg.connect(address) as connection:
        connection.execute("select pg_current_xact_id()")
        yield connection
        connection.rollback()
