"""Streams while the number of shards is raised: no gap, no repetition, and each order in its order."""

import asyncio
import random
import signal
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path

import aiohttp
import psycopg
import pytest
from sqlalchemy import Engine

from pedidos.domain.seen import Seen
from pedidos.domain.sharding import part_of
from pedidos.storage.event_log import shards
from tests.integration.live.sse import Stream
from tests.integration.live.test_continuity import Watcher
from tests.integration.live.world import World
from tests.support.processes import LiveFactory, LiveProcess, RelayProcess, Tokens, live_factory
from tests.support.tables import empty
from tests.support.waiting import until, until_async

Told = list[tuple[str, int]]
"""Orders and versions, in the order of the stream."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def tokens(folder: Path) -> Tokens:
    return Tokens(folder / "keys")


@pytest.fixture
def sharded(folder: Path, engine: Engine, database_url: str, kafka_bootstrap: str) -> Iterator[RelayProcess]:
    """A relay that begins with one shard."""
    empty(engine)
    relay = RelayProcess(folder, database_url, kafka_bootstrap)
    relay.start()
    yield relay
    relay.child.end()
    empty(engine)


@pytest.fixture
def live_server(folder: Path, tokens: Tokens, database_url: str, kafka_bootstrap: str) -> Iterator[LiveFactory]:
    assert tokens is not None  # the keys are there before a server reads them
    with live_factory(folder, database_url, kafka_bootstrap) as start:
        yield start


def in_the_log(world: World, where: str = "true", *values: object) -> Told:
    with psycopg.connect(world.database_url) as connection:
        found = connection.execute(
            "select order_id::text, version from order_events"  # noqa: S608  # the tests' own
            f" where merchant_id = %s and {where} order by order_id, version",
            (world.merchant_id, *values),
        ).fetchall()
    return [(str(order_id), int(version)) for order_id, version in found]


def seen_by(watcher: Watcher, world: World) -> Told:
    events = [event.data for event in watcher.stream.events if event.data["merchant_id"] == str(world.merchant_id)]
    return [(event["order_id"], event["version"]) for event in events]


def test_no_gap_and_no_repetition_while_their_number_is_raised(
    live_server: LiveFactory, sharded: RelayProcess, engine: Engine, database_url: str, tokens: Tokens
) -> None:
    chance = random.Random(random.random())
    world = World.make(database_url, customers=3)
    server = live_server(heartbeat_seconds=0.2)
    watchers = []
    for _ in range(2):
        for customer in world.customers:
            stream = Stream(server.own(), tokens.customer(customer))
            expected = partial(in_the_log, world, "customer_id = %s", customer)
            watchers.append((Watcher(stream, world, chance, (0.01, 1.5)), expected))
        stream = Stream(server.own(), tokens.merchant(world.merchant_id))
        watchers.append((Watcher(stream, world, chance, (0.01, 1.5)), partial(in_the_log, world)))

    async def disturb() -> None:
        traffic = asyncio.create_task(world.traffic(writers=10, orders_each=12, chance=chance))
        for parts in (2, 3, 5):
            await asyncio.sleep(chance.uniform(0.3, 0.8))
            await asyncio.to_thread(shards.raise_to, engine, parts)
            if parts == 3:
                await asyncio.to_thread(sharded.stop, signal.SIGKILL)
                await asyncio.to_thread(sharded.start)
        await traffic

    async def scenario() -> None:
        tasks = [asyncio.create_task(watcher.watch()) for watcher, _ in watchers]
        try:
            await asyncio.gather(*(watcher.stream.is_open() for watcher, _ in watchers))
            await disturb()
            for watcher, expected in watchers:
                log = await asyncio.to_thread(expected)
                await until_async(partial(has_all, watcher, world, log), "everything in the log")
                assert not any(task.done() for task in tasks)
            await check_ids(world, server, tokens)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(scenario())
    until(lambda: all(each.all_of_it for each in shards.progress(engine)), "all shards to be published")
    for watcher, expected in watchers:
        seen = seen_by(watcher, world)
        assert sorted(seen) == expected(), "each event once"
        for _, own in groupby(sorted(seen, key=lambda told: told[0]), key=lambda told: told[0]):  # sorted() is stable
            versions = [version for _, version in own]
            assert versions == sorted(versions), "each order in its order"
    assert all(Seen.parse(event.id) for watcher, _ in watchers for event in watcher.stream.events)


async def check_ids(world: World, server: LiveProcess, tokens: Tokens) -> None:
    """The first live event of a stream is ahead of the other shards, and its id says so."""
    stream = Stream(server.own(), tokens.merchant(world.merchant_id))
    async with aiohttp.ClientSession() as session:
        reading = asyncio.create_task(stream.read(session, 1))
        await stream.is_open()
        order_id = await world.order(world.customers[0])
        (event,) = await reading
    seen = Seen.parse(event.id)
    assert event.data["order_id"] == str(order_id)
    assert seen is not None
    assert [part for part, _ in seen.beyond] == [part_of(order_id, 5)]
    assert seen.parts == 5


def has_all(watcher: Watcher, world: World, log: Told) -> bool:
    return set(seen_by(watcher, world)) >= set(log)
