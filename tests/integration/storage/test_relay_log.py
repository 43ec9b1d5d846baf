"""The relay's side of the event log: in the order of transactions, and nothing before it is final."""

from contextlib import ExitStack
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine

from pedidos.domain.cursor import Cursor
from pedidos.errors import DatabaseUnavailable
from pedidos.storage.event_log.positions import Position, lead, resign, save
from pedidos.storage.event_log.unpublished import listening, read, wait_for_order
from pedidos.storage.orders.placing import NOTIFY_MAX_BATCH, place_many
from tests.integration.storage.events import START, after, ids, tell
from tests.support.shop import Product, order_of, place_order
from tests.support.tables import change, rows

LEASE = 60.0

TELL_LONG_AGO = """
insert into order_events (txid, order_id, version, type, status, customer_id, merchant_id)
select %(txid)s::xid8, id, %(version)s, 'order.paid', 'paid', customer_id, merchant_id from orders where id = %(id)s
"""


def test_a_late_commit_is_not_skipped(engine: Engine, log: Connection, customer: UUID, products: list[Product]) -> None:
    one, other = (place_order(engine, customer, products[0]).order_id for _ in range(2))
    before = read(log, START, 100)
    assert ids(before) == [(one, 1), (other, 1)]
    with engine.connect() as late:
        early_number = tell(late, one, 2)
        with engine.begin() as quick:
            assert tell(quick, other, 2) > early_number
        # The quick one has committed, but the late one, whose number is lower, may still come before it.
        assert read(log, after(before), 100) == []
        late.commit()
    assert ids(read(log, after(before), 100)) == [(one, 2), (other, 2)]


def test_what_is_below_the_oldest_open_transaction_is_read_at_once(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    first = place_order(engine, customer, products[0]).order_id
    with engine.connect() as late:
        tell(late, first, 2)
        second = place_order(engine, customer, products[0]).order_id
        assert ids(read(log, START, 100)) == [(first, 1)]
        late.rollback()
    assert ids(read(log, START, 100)) == [(first, 1), (second, 1)]


def test_many_open_transactions_committed_backwards(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    orders = [place_order(engine, customer, products[0]).order_id for _ in range(8)]
    start = after(read(log, START, 100))
    with ExitStack() as stack:
        writers = [stack.enter_context(engine.connect()) for _ in orders]
        for writer, order_id in zip(writers, orders, strict=True):
            tell(writer, order_id, 2)
        for writer in reversed(writers[1:]):
            writer.commit()
            assert read(log, start, 100) == []
        writers[0].commit()
    assert ids(read(log, start, 100)) == [(order_id, 2) for order_id in orders]


def test_an_open_transaction_that_wrote_nothing_holds_nothing_up(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    with engine.connect() as reader:
        reader.exec_driver_sql("select count(*) from orders")
        order_id = place_order(engine, customer, products[0]).order_id
        assert ids(read(log, START, 100)) == [(order_id, 1)]


def test_numbers_of_transactions_come_in_the_order_of_numbers(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    order_id = place_order(engine, customer, products[0]).order_id
    change(engine, "delete from order_events")
    long_ago = [9, 10, 99, 100]
    with engine.begin() as connection:
        for version, txid in enumerate(long_ago, 1):
            connection.exec_driver_sql(TELL_LONG_AGO, {"txid": str(txid), "id": order_id, "version": version})
    assert [event.txid for event in read(log, START, 100)] == long_ago
    for limit in (1, 2, 3):
        seen, position = [], START
        while events := read(log, position, limit):
            assert len(events) <= limit
            seen += ids(events)
            position = after(events)
        assert seen == [(order_id, version) for version in (1, 2, 3, 4)]


def test_pages_may_part_within_a_transaction(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    order_id = place_order(engine, customer, products[0]).order_id
    with engine.begin() as connection:
        for version in (2, 3, 4, 5):
            tell(connection, order_id, version)
    first = read(log, START, 3)
    second = read(log, after(first), 3)
    assert [event.version for event in [*first, *second]] == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("clean")
def test_one_leads_and_the_other_stands_by_while_the_lease_lasts(log: Connection) -> None:
    leader = lead(log, 0, "relay-1", LEASE)
    assert leader is not None
    assert lead(log, 0, "relay-2", LEASE) is None
    assert save(log, leader, Position(Cursor(7, 1), 1), LEASE)
    assert lead(log, 0, "relay-2", LEASE) is None


@pytest.mark.usefixtures("clean")
def test_an_epoch_fences_the_leader_before(engine: Engine, log: Connection) -> None:
    old = lead(log, 0, "relay-1", LEASE)
    assert old is not None
    assert save(log, old, Position(Cursor(7, 1), 1), LEASE)
    change(engine, "update relay_positions set lease_until = clock_timestamp() - interval '1 second'")
    new = lead(log, 0, "relay-2", LEASE)
    assert new is not None
    assert new.epoch > old.epoch
    assert new.position == Position(Cursor(7, 1), 1)
    assert not save(log, old, Position(Cursor(9, 2), 2), LEASE)
    resign(log, old)  # one that leads no more cannot give away the lead
    assert lead(log, 0, "relay-1", LEASE) is None
    assert save(log, new, Position(Cursor(8, 5), 2), LEASE)
    assert [tuple(row) for row in rows(engine, "select txid, seq, published from relay_positions")] == [(8, 5, 2)]


@pytest.mark.usefixtures("clean")
def test_a_lease_from_before_the_clock_was_set_back_is_over(engine: Engine, log: Connection) -> None:
    old = lead(log, 0, "relay-1", LEASE)
    assert old is not None
    change(engine, "update relay_positions set lease_until = lease_until + interval '1 hour'")
    new = lead(log, 0, "relay-2", LEASE)
    assert new is not None
    assert new.epoch > old.epoch
    assert lead(log, 0, "relay-1", LEASE) is None


@pytest.mark.usefixtures("clean")
def test_a_leader_that_was_late_but_not_replaced_goes_on(engine: Engine, log: Connection) -> None:
    leader = lead(log, 0, "relay-1", LEASE)
    assert leader is not None
    change(engine, "update relay_positions set lease_until = clock_timestamp() - interval '1 second'")
    assert save(log, leader, Position(Cursor(7, 1), 1), LEASE)
    assert lead(log, 0, "relay-2", LEASE) is None


@pytest.mark.usefixtures("clean")
def test_who_resigns_is_followed_at_once(log: Connection) -> None:
    leader = lead(log, 0, "relay-1", LEASE)
    assert leader is not None
    resign(log, leader)
    assert lead(log, 0, "relay-2", LEASE) is not None


@pytest.mark.usefixtures("clean")
def test_a_relay_that_was_killed_is_followed_by_its_namesake_at_once(log: Connection) -> None:
    killed = lead(log, 0, "relay-1", LEASE)
    assert killed is not None
    again = lead(log, 0, "relay-1", LEASE)
    assert again is not None
    assert not save(log, killed, Position(Cursor(7, 1), 1), LEASE)
    assert save(log, again, Position(Cursor(7, 1), 1), LEASE)


def test_an_order_that_is_placed_rings_once(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    with listening(log):
        assert not wait_for_order(log, 0.05)
        order_id = place_order(engine, customer, products[0]).order_id
        assert wait_for_order(log, LEASE)
        assert ids(read(log, START, 100)) == [(order_id, 1)]
        assert not wait_for_order(log, 0.05)


def test_a_bell_that_rings_during_a_statement_is_heard_after_it(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    with listening(log):
        place_order(engine, customer, products[0])
        read(log, START, 100)
        assert wait_for_order(log, LEASE)


def test_a_crowd_does_not_ring(engine: Engine, log: Connection, customer: UUID, products: list[Product]) -> None:
    crowd = [order_of(customer, products[0]) for _ in range(NOTIFY_MAX_BATCH + 1)]
    with listening(log):
        place_many(engine, crowd)
        assert not wait_for_order(log, 0.2)
        place_many(engine, [order_of(customer, products[0]) for _ in range(NOTIFY_MAX_BATCH)])
        assert wait_for_order(log, LEASE)


def test_nothing_is_heard_any_more_once_the_lead_is_lost(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    with listening(log):
        pass
    place_order(engine, customer, products[0])
    assert not wait_for_order(log, 0.2)


def test_a_thread_learns_from_the_next_statement_that_its_connection_ended(engine: Engine, log: Connection) -> None:
    backend = log.exec_driver_sql("select pg_backend_pid()").scalar_one()
    with listening(log):
        change(engine, "select pg_terminate_backend(:backend)", backend=backend)
        assert wait_for_order(log, LEASE)
        with pytest.raises(DatabaseUnavailable):
            read(log, START, 100)
