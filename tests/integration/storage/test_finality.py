"""The event log waits for transactions that can write to it, and for no others."""

from uuid import UUID

import psycopg
import pytest
from psycopg.errors import FeatureNotSupported, SerializationFailure
from sqlalchemy import Connection, Engine

from pedidos.errors import DatabaseUnavailable
from pedidos.processes.relay.held_up import FENCE_SECONDS, LOOK_SECONDS, HeldUp
from pedidos.storage import figures
from pedidos.storage.engine import in_transaction
from pedidos.storage.event_log import finality
from pedidos.storage.event_log.boundary import current_boundary
from pedidos.storage.event_log.unpublished import read
from tests.integration.storage.events import START, after, begun, ids, tell
from tests.support.shop import Product, place_order
from tests.support.tables import change, events_of


def insert(connection: "psycopg.Connection[tuple[object, ...]]", order_id: UUID, version: int) -> None:
    connection.execute(
        "insert into order_events (order_id, version, type, status, customer_id, merchant_id)"
        " select id, %s, 'order.paid', 'paid', customer_id, merchant_id from orders where id = %s",
        (version, order_id),
    )


@pytest.fixture
def watched(log: Connection, customer: UUID) -> Connection:  # noqa: ARG001  # the tables are emptied first
    return log


def test_a_transaction_of_another_database_is_passed_over(
    engine: Engine, watched: Connection, database_url: str, customer: UUID, products: list[Product]
) -> None:
    with begun(database_url, "postgres"):
        order_id = place_order(engine, customer, products[0]).order_id
        assert read(watched, START, 10) == []
        assert current_boundary(engine) <= events_of(engine, order_id)[0].txid
        assert finality.advance(watched)
        assert ids(read(watched, START, 10)) == [(order_id, 1)]
        assert current_boundary(engine) == events_of(engine, order_id)[0].txid + 1
        assert not finality.holders(watched)


def test_one_that_has_not_written_is_passed_over_behind_a_fence(
    engine: Engine, watched: Connection, database_url: str, customer: UUID, products: list[Product]
) -> None:
    with begun(database_url) as forgotten:
        order_id = place_order(engine, customer, products[0]).order_id
        finality.advance(watched)
        assert read(watched, START, 10) == []
        (holder,) = finality.holders(watched)
        assert holder.would_be_refused
        finality.raise_fence(watched)
        assert finality.advance(watched)
        assert ids(read(watched, START, 10)) == [(order_id, 1)]
        with pytest.raises(SerializationFailure, match="may not write to the event log any more"):
            insert(forgotten, order_id, 2)
        forgotten.rollback()
        insert(forgotten, order_id, 2)
        forgotten.commit()
    assert ids(read(watched, START, 10)) == [(order_id, 1), (order_id, 2)]


@pytest.mark.parametrize("savepoint", [False, True])
def test_one_that_has_written_is_waited_for(
    engine: Engine, watched: Connection, database_url: str, customer: UUID, products: list[Product], savepoint: bool
) -> None:
    one, other = (place_order(engine, customer, products[0]).order_id for _ in range(2))
    start = after(read(watched, START, 10))
    with begun(database_url) as late:
        if savepoint:
            late.execute("savepoint here")
        insert(late, one, 2)
        with engine.begin() as quick:
            tell(quick, other, 2)
        finality.raise_fence(watched)
        finality.advance(watched)
        assert read(watched, start, 10) == []
        (holder,) = finality.holders(watched)
        assert (holder.pid, holder.user, holder.database) == (late.info.backend_pid, "pedidos", "pedidos")
        assert holder.seconds is not None
        assert "insert into order_events" in (holder.query or "")
        assert not holder.would_be_refused
        late.commit()
    assert ids(read(watched, start, 10)) == [(one, 2), (other, 2)]


def test_one_whose_write_was_undone_is_passed_over(
    engine: Engine, watched: Connection, database_url: str, customer: UUID, products: list[Product]
) -> None:
    order_id = place_order(engine, customer, products[0]).order_id
    start = after(read(watched, START, 10))
    with begun(database_url) as forgotten:
        forgotten.execute("savepoint here")
        insert(forgotten, order_id, 2)
        forgotten.execute("rollback to savepoint here")
        with engine.begin() as quick:
            tell(quick, order_id, 2)
        finality.raise_fence(watched)
        finality.advance(watched)
        assert ids(read(watched, start, 10)) == [(order_id, 2)]
        with pytest.raises(SerializationFailure):
            insert(forgotten, order_id, 3)


def test_one_that_is_prepared_is_waited_for_only_in_our_database(
    engine: Engine, watched: Connection, database_url: str, customer: UUID, products: list[Product]
) -> None:
    order_id = place_order(engine, customer, products[0]).order_id
    start = after(read(watched, START, 10))
    with begun(database_url, "postgres") as elsewhere, begun(database_url) as ours:
        insert(ours, order_id, 2)
        for connection, name in ((elsewhere, "theirs"), (ours, "ours")):
            connection.execute(f"prepare transaction '{name}'".encode())
            connection.commit()
    finality.raise_fence(watched)
    finality.advance(watched)
    (holder,) = finality.holders(watched)
    assert (holder.pid, holder.query) == (None, "prepared transaction ours")
    watched.exec_driver_sql("commit prepared 'ours'")
    other = place_order(engine, customer, products[0]).order_id
    finality.advance(watched)
    assert ids(read(watched, start, 10)) == [(order_id, 2), (other, 1)]
    with psycopg.connect(f"{database_url.rsplit('/', 1)[0]}/postgres", autocommit=True) as connection:
        connection.execute("rollback prepared 'theirs'")


def test_an_event_needs_a_transaction_that_sees_the_fence(
    engine: Engine, database_url: str, customer: UUID, products: list[Product]
) -> None:
    order_id = place_order(engine, customer, products[0]).order_id
    with begun(database_url) as connection:
        connection.rollback()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(FeatureNotSupported, match="read committed"):
            insert(connection, order_id, 2)


def test_work_that_was_refused_is_done_once_more(
    engine: Engine, watched: Connection, customer: UUID, products: list[Product]
) -> None:
    order_id = place_order(engine, customer, products[0]).order_id
    tries: list[int] = []

    def work(connection: Connection) -> None:
        tries.append(int(connection.exec_driver_sql("select pg_current_xact_id()::text").scalar_one()))
        if len(tries) <= refusals:
            finality.raise_fence(watched)
        tell(connection, order_id, 2)

    refusals = 2
    with pytest.raises(DatabaseUnavailable, match="may not write"):
        in_transaction(engine, work)
    assert len(events_of(engine, order_id)) == 1
    tries.clear()
    refusals = 1
    in_transaction(engine, work)
    assert [event.txid for event in events_of(engine, order_id)][1:] == tries[1:]


def test_the_bound_never_falls(engine: Engine, watched: Connection, database_url: str) -> None:
    def bound() -> int:
        txid: int = watched.exec_driver_sql(f"select {finality.BOUND.text}").scalar_one()
        return txid

    seen = [bound()]
    with begun(database_url), begun(database_url, "postgres"):
        for act in (finality.advance, finality.raise_fence, finality.advance, finality.advance):
            with engine.begin() as connection:
                connection.exec_driver_sql("select pg_current_xact_id()")
            act(watched)
            seen.append(bound())
    seen.append(bound())
    assert seen == sorted(seen)


def test_what_holds_up_publishing_is_named_and_only_that(
    engine: Engine,
    watched: Connection,
    database_url: str,
    customer: UUID,
    products: list[Product],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(figures, "HELD_UP_SECONDS", 0.0)
    one, other = (place_order(engine, customer, products[0]).order_id for _ in range(2))
    with begun(database_url) as late:
        insert(late, one, 2)
        with engine.begin() as quick:
            tell(quick, other, 2)
        assert figures.read(engine).held_up_by == ()  # the relay has not published what it could
        last = after(read(watched, START, 10)).cursor
        change(
            engine,
            "update relay_positions set txid = cast(:txid as xid8), seq = :seq",
            txid=str(last.txid),
            seq=last.seq,
        )
        (named,) = figures.read(engine).held_up_by
        assert named.startswith(f"pid {late.info.backend_pid}, user pedidos, database pedidos, ")
        assert "query: insert into order_events" in named
        late.commit()
    assert figures.read(engine).held_up_by == ()


def test_the_relay_waits_before_it_shuts_out_and_then_goes_on(
    engine: Engine, watched: Connection, database_url: str, customer: UUID, products: list[Product]
) -> None:
    waiting = HeldUp()

    def looks(begin: float) -> list[float]:
        """When it moved the bound on, in seconds."""
        moments = [n * LOOK_SECONDS for n in range(1, 7)]
        return [at for at in moments if waiting.look(watched, START, begin + at) and len(read(watched, START, 10)) == 1]

    with begun(database_url):
        place_order(engine, customer, products[0])
        (first, *_) = looks(1000)
        assert FENCE_SECONDS <= first <= FENCE_SECONDS + 2 * LOOK_SECONDS
