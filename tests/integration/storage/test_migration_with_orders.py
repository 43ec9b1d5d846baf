"""Migration 0004, which rewrites the orders and makes an index beside them, on tables that are not empty."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from pedidos.domain.order import IN_FLIGHT, Status
from pedidos.errors import DatabaseUnavailable
from pedidos.storage.migrations import migrate
from tests.integration.storage.earlier_orders import orders_in_each_state
from tests.support.tables import change, rows
from tests.support.waiting import until

BEFORE, AFTER = "0003", "0004"

MAKING_THE_INDEX = """
select pid from pg_stat_activity
where datname = current_database() and query like '%create index concurrently%' and pid <> pg_backend_pid()
"""
INDEXES = """
select c.relname, i.indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid = 'orders'::regclass and c.relname in ('orders_to_move', 'orders_in_flight')
"""


@pytest.fixture
def old(empty: Engine) -> dict[Status, UUID]:
    """The database before the migration, with an order in each state; their ids."""
    return orders_in_each_state(empty, BEFORE)


def in_flight(engine: Engine) -> dict[UUID, bool]:
    return {row.id: row.in_flight for row in rows(engine, "select id, in_flight from orders")}


def indexes(engine: Engine) -> dict[str, bool]:
    return {row.relname: row.indisvalid for row in rows(engine, INDEXES)}


def test_orders_that_are_there_are_in_flight_or_not(empty: Engine, old: dict[Status, UUID]) -> None:
    assert migrate(empty, AFTER) == BEFORE
    assert in_flight(empty) == {order_id: status in IN_FLIGHT for status, order_id in old.items()}
    assert indexes(empty) == {"orders_to_move": True}


def test_a_migration_that_was_cut_short_is_done_again(empty: Engine, old: dict[Status, UUID]) -> None:
    with ThreadPoolExecutor(1) as pool, empty.connect() as older:
        older.execute(text("set transaction isolation level repeatable read"))
        older.execute(text("select 1"))  # from here on it may look at what was there, so the index has to wait for it
        migrating = pool.submit(migrate, empty)
        until(lambda: indexes(empty) == {"orders_to_move": False, "orders_in_flight": True}, "the index")
        (making,) = rows(empty, MAKING_THE_INDEX)
        change(empty, "select pg_terminate_backend(:pid)", pid=making.pid)
        with pytest.raises(DatabaseUnavailable, match="terminating connection"):
            migrating.result()
    assert rows(empty, "select version_num from alembic_version")[0].version_num == BEFORE
    assert indexes(empty) == {"orders_to_move": False, "orders_in_flight": True}

    assert migrate(empty, AFTER) == BEFORE
    assert indexes(empty) == {"orders_to_move": True}
    assert in_flight(empty) == {order_id: status in IN_FLIGHT for status, order_id in old.items()}
    assert migrate(empty) == AFTER
