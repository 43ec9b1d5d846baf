"""Removed events: a client that would miss them is told to start over, and no other client notices."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import aiohttp
import psycopg
import pytest

from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import make_engine
from pedidos.storage.event_log.retention import old_events
from tests.integration.live.sse import Refused, Stream, drive
from tests.integration.live.world import World
from tests.support.processes import LiveFactory, Tokens
from tests.support.waiting import until_async


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """Afterwards the log starts at its beginning again, for the tests that read it from there. It is a new log:
    otherwise a relay would miss the removed events."""
    yield World.make(database_url, customers=2)
    with psycopg.connect(database_url) as connection:
        connection.execute("update event_log_horizon set removed = '0'")
        connection.execute(
            "insert into event_logs (number, after, txid, seq)"
            " select (select max(number) from event_logs) + 1, published, txid, seq from relay_positions"
        )


async def remove(world: World, order_id: UUID) -> None:
    """Removes the events of orders that have ended, once the relay has passed this order."""
    with psycopg.connect(world.database_url) as connection:
        connection.execute(
            "update orders set txid = (select max(txid) from order_events where order_id = id) where id = %s",
            (order_id,),
        )
    await world.order(world.customers[1])  # what the relay publishes after it
    engine = make_engine(DatabaseSettings(database_url=world.database_url), "tests")

    def gone() -> bool:
        old_events(engine, days=0, limit=1000)
        return world.log("order_id = %s", order_id) == []

    await until_async(gone, "the removal of the events")
    engine.dispose()


@pytest.mark.usefixtures("relay")
def test_a_feed_from_before_the_removed_events_starts_over(
    live_server: LiveFactory, world: World, tokens: Tokens
) -> None:
    server = live_server()

    async def scenario(session: aiohttp.ClientSession) -> None:
        first = await world.order(world.customers[0], steps=9)
        seen = world.log("order_id = %s", first)[0]
        await remove(world, first)
        feed = Stream(server.own(), tokens.customer(world.customers[0]), seen)
        reading = asyncio.create_task(feed.read(session, 2))
        await until_async(lambda: len(feed.events) == 1, "the first event")
        second = await world.order(world.customers[0])
        await reading
        assert [event.type for event in feed.events] == ["reset", "order.placed"]
        assert feed.events[1].data["order_id"] == str(second)
        # From there on it can resume as usual.
        again = Stream(server.own(), tokens.customer(world.customers[0]), feed.events[0].id)
        (event,) = await again.read(session, 1)
        assert event.data["order_id"] == str(second)

    drive(scenario)


@pytest.mark.usefixtures("relay")
def test_the_stream_of_an_order_without_events_says_so_and_ends(
    live_server: LiveFactory, world: World, tokens: Tokens
) -> None:
    server = live_server()

    async def scenario(session: aiohttp.ClientSession) -> None:
        order = await world.order(world.customers[0], steps=9)
        log = world.log("order_id = %s", order)
        await remove(world, order)
        for cursor in (None, log[0]):
            stream = Stream(server.order(order), tokens.customer(world.customers[0]), cursor)
            await stream.read_to_end(session)
            assert [event.type for event in stream.events] == ["reset", "end"]
        seen = Stream(server.order(order), tokens.customer(world.customers[0]), log[-1])
        with pytest.raises(Refused) as refused:
            await seen.read_to_end(session)
        assert refused.value.status == 204

    drive(scenario)
