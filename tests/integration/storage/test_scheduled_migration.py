"""The migration of orders for later, on tables that are not empty: it rewrites none of them."""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import Status
from pedidos.errors import ConstraintViolated
from pedidos.storage.migrations import migrate
from tests.integration.storage.earlier_orders import orders_in_each_state
from tests.support.tables import change, rows

BEFORE, AFTER = "0042", "0043"

FILES = "select pg_relation_filenode('orders') as orders, pg_relation_filenode('order_events') as events"
INDEXES = """
select c.relname, i.indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid = 'orders'::regclass and c.relname ~ '^orders_(to_move|at_work|scheduled)'
"""
NEW_INDEXES = ("orders_at_work", "orders_scheduled", "orders_scheduled_by_id", "orders_scheduled_by_merchant")
ORDERS = "select id, status, in_flight, landed_status, updated_at from orders order by id"
UNCHECKED = """
select conname from pg_constraint
where conrelid in ('orders'::regclass, 'order_events'::regclass) and not convalidated
"""
SCHEDULE = """
update orders set status = 'scheduled', scheduled_for = now() + interval '1 day', release_at = now() + interval '1 hour'
where id = :id
"""


@pytest.fixture
def old(empty: Engine) -> dict[Status, UUID]:
    """The database before the migration, with an order in each state; their ids."""
    return orders_in_each_state(empty, BEFORE)


def indexes(engine: Engine) -> dict[str, bool]:
    return {row.relname: row.indisvalid for row in rows(engine, INDEXES)}


def test_it_rewrites_no_table_and_leaves_every_order_as_it_was(empty: Engine, old: dict[Status, UUID]) -> None:
    before = rows(empty, FILES), rows(empty, ORDERS)
    assert migrate(empty, AFTER) == BEFORE
    assert (rows(empty, FILES), rows(empty, ORDERS)) == before
    assert indexes(empty) == dict.fromkeys(NEW_INDEXES, True)
    assert not rows(empty, UNCHECKED)
    change(empty, SCHEDULE, id=old[Status.RECEIVED])
    found = {row.id for row in rows(empty, "select id from orders where in_flight and release_at is null")}
    assert found == {old[each] for each in (Status.VALIDATED, Status.RESERVED, Status.CHARGING, Status.PAID)}


def test_one_that_was_cut_short_is_done_again(empty: Engine, old: dict[Status, UUID]) -> None:
    assert migrate(empty, AFTER) == BEFORE
    change(empty, "drop index orders_at_work")
    change(empty, "update alembic_version set version_num = :before", before=BEFORE)
    assert migrate(empty, AFTER) == BEFORE
    assert indexes(empty) == dict.fromkeys(NEW_INDEXES, True)
    assert len(rows(empty, "select id from orders")) == len(old)


def test_it_is_not_taken_back_while_an_order_waits(empty: Engine, old: dict[Status, UUID]) -> None:
    migrate(empty, AFTER)
    change(empty, SCHEDULE, id=old[Status.RECEIVED])
    with pytest.raises(ConstraintViolated, match="orders_status_check"):
        migrate(empty, "base")
    assert indexes(empty) == dict.fromkeys(NEW_INDEXES, True)
    change(empty, "update orders set status = 'cancelled', release_at = null where id = :id", id=old[Status.RECEIVED])
    assert migrate(empty, "base") == AFTER
