"""Reading the log in stretches: every event once, whatever the size of a page, and nothing that is not final."""

import asyncio
import random
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine

from pedidos.domain.access import ALL_ORDERS, OrderScope
from pedidos.domain.cursor import START, Cursor
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import make_engine
from pedidos.storage.event_log import owner_replay
from pedidos.storage.event_log.boundary import current_boundary
from pedidos.storage.event_log.order_replay import replay_order
from tests.integration.live.world import World


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(DatabaseSettings(database_url=database_url), "tests")
    yield engine
    engine.dispose()


def pages(engine: Engine, owner: OrderScope, after: Cursor, upto: int, limit: int) -> list[str]:
    ids: list[str] = []
    while True:
        page = owner_replay.page(engine, owner, after, upto, limit)
        ids += [str(event.cursor) for event in page.events]
        if page.end is None:
            return ids
        assert page.end > after
        after = page.end


def test_pages(engine: Engine, database_url: str) -> None:
    world, other = World.make(database_url, customers=3), World.make(database_url, customers=1)

    async def write() -> None:
        chance = random.Random(7)
        await asyncio.gather(world.traffic(4, 5, chance), other.traffic(4, 3, chance))

    before = Cursor(current_boundary(engine), 0)
    asyncio.run(write())
    upto = current_boundary(engine)
    for limit in (1, 2, 7, 1000):
        assert pages(engine, OrderScope(merchant_id=world.merchant_id), before, upto, limit) == world.log()
    customer = world.customers[0]
    assert pages(engine, OrderScope(customer_id=customer), before, upto, 3) == world.log("customer_id = %s", customer)
    everything = pages(engine, ALL_ORDERS, before, upto, 5)
    assert len(everything) == len(set(everything)) == len(world.log()) + len(other.log())
    assert everything == sorted(everything, key=lambda i: tuple(map(int, i.split("-"))))
    half = everything[len(everything) // 2]
    rest = pages(engine, ALL_ORDERS, Cursor(*map(int, half.split("-"))), upto, 4)
    assert rest == everything[len(everything) // 2 + 1 :]


def test_reach(engine: Engine, database_url: str) -> None:
    world = World.make(database_url, customers=1)
    asyncio.run(world.order(world.customers[0], steps=5))
    first = Cursor(*map(int, world.log()[0].split("-")))
    everybody = ALL_ORDERS
    assert owner_replay.reach(engine, everybody, first, limit=4).possible
    assert not owner_replay.reach(engine, everybody, first, limit=3).possible
    boundary = owner_replay.reach(engine, everybody, START, limit=0).boundary
    for owner in (everybody, OrderScope(customer_id=world.customers[0])):
        assert owner_replay.reach(engine, owner, Cursor(boundary, 0), limit=0).possible
        assert not owner_replay.reach(engine, owner, Cursor(boundary + 1, 0), limit=10).possible


def test_reach_counts_the_orders_of_the_owner_alone(engine: Engine, database_url: str) -> None:
    world, others = (World.make(database_url, customers=1) for _ in range(2))
    owners = (OrderScope(customer_id=world.customers[0]), OrderScope(merchant_id=world.merchant_id))

    async def orders() -> None:
        await world.order(world.customers[0], steps=2)
        await world.order(world.customers[0], steps=9)
        for _ in range(5):
            await others.order(others.customers[0], steps=9)

    before = Cursor(current_boundary(engine), 0)
    asyncio.run(orders())
    last = Cursor(*map(int, world.log()[-1].split("-")))
    for owner in owners:
        assert owner_replay.reach(engine, owner, before, limit=2).possible
        assert not owner_replay.reach(engine, owner, before, limit=1).possible
        assert owner_replay.reach(engine, owner, last, limit=1).possible
        assert pages(engine, owner, before, current_boundary(engine), 3) == world.log()


def test_a_page_out_of_too_many_orders_is_none(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World.make(database_url, customers=1)
    for _ in range(2):
        asyncio.run(world.order(world.customers[0], steps=2))
    owner, upto = OrderScope(customer_id=world.customers[0]), current_boundary(engine)
    monkeypatch.setattr(owner_replay, "MAX_MOVED", 2)
    assert owner_replay.page(engine, owner, START, upto, 10).whole
    monkeypatch.setattr(owner_replay, "MAX_MOVED", 1)
    assert owner_replay.page(engine, owner, START, upto, 10) == owner_replay.Page(False, [], None)


def test_boundary_stops_at_a_transaction_that_still_runs(engine: Engine, database_url: str) -> None:
    world = World.make(database_url, customers=1)
    with psycopg.connect(database_url) as slow:
        slow.execute("select pg_current_xact_id()")
        order_id = asyncio.run(world.order(world.customers[0], steps=3))
        opened = replay_order(engine, order_id, START)
        assert opened is not None
        assert (opened.events, opened.status) == ([], None)
        assert pages(engine, OrderScope(merchant_id=world.merchant_id), START, current_boundary(engine), 100) == []
    opened = replay_order(engine, order_id, START)
    assert opened is not None
    assert [event.version for event in opened.events] == [1, 2, 3]
    assert opened.status == "reserved"
    assert (opened.customer_id, opened.merchant_id) == (world.customers[0], world.merchant_id)
    after = opened.events[1].cursor
    again = replay_order(engine, order_id, after)
    assert again is not None
    assert [event.version for event in again.events] == [3]


def test_boundary_is_no_further_than_the_newest_event(engine: Engine, database_url: str) -> None:
    """Nothing was written for the numbers beyond: after a crash they are given away once more, and can be events'."""
    world = World.make(database_url, customers=1)
    asyncio.run(world.order(world.customers[0], steps=2))
    boundary = current_boundary(engine)
    assert boundary == int(world.log()[-1].split("-")[0]) + 1
    with psycopg.connect(database_url, autocommit=True) as other:
        for _ in range(3):
            other.execute("select pg_current_xact_id()")
    assert current_boundary(engine) == boundary
    assert owner_replay.reach(engine, ALL_ORDERS, START, limit=0).boundary == boundary


def test_no_such_order(engine: Engine) -> None:
    assert replay_order(engine, uuid4(), START) is None
