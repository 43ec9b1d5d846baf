"""Kafka or PostgreSQL away: open streams stay, new ones are told to come back, and nothing is missing afterwards."""

import asyncio
import random
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import aiohttp
import psycopg
import pytest

from pedidos.domain.cursor import Cursor
from pedidos.messaging import kafka
from pedidos.messaging.codec import OrderEvent, encode
from pedidos.messaging.signatures import RecordKeys
from pedidos.messaging.topics import EVENTS
from pedidos.settings.groups.kafka import KafkaSettings
from pedidos_drills.faults.poison import NotUtf8
from tests.integration.live.sse import Refused, Stream, drive, ids
from tests.integration.live.world import World
from tests.support.processes import LiveProcess, RelayProcess, Tokens
from tests.support.servers import Servers
from tests.support.signing import signed
from tests.support.waiting import until_async


@pytest.fixture
def live(
    servers: Servers, database_url: str, kafka_bootstrap: str, folder: Path, tokens: Tokens
) -> Iterator[LiveProcess]:
    assert tokens is not None  # the keys are there before the server reads them
    relay = RelayProcess(folder, database_url, kafka_bootstrap)
    live = LiveProcess(folder, database_url, kafka_bootstrap, heartbeat_seconds=0.5)
    relay.start()
    live.child.start()
    yield live
    for name in ("postgres", "kafka"):
        if not servers.program(name).running:  # the test failed half way
            servers.program(name).start()
    live.child.end()
    relay.child.end()


def test_kafka_away(servers: Servers, database_url: str, live: LiveProcess, tokens: Tokens) -> None:
    world = World.make(database_url, customers=2)

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(live.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read_to_end(session, 120))
        await stream.is_open()
        await world.order(world.customers[0], 3)
        await until_async(lambda: ids(stream) == world.log(), "all events on the stream")
        servers.program("kafka").stop(signal.SIGKILL)
        await world.traffic(writers=4, orders_each=3, chance=random.Random(1))
        beats = stream.comments
        await until_async(lambda: stream.comments >= beats + 3, "heartbeats")
        late = Stream(live.own(), tokens.merchant(world.merchant_id), stream.last_event_id)
        reading_late = asyncio.create_task(late.read_to_end(session, 120))
        await until_async(lambda: ids(late) == world.log()[3:], "all events on the late stream")  # out of the log alone
        await asyncio.to_thread(servers.program("kafka").start)
        await world.order(world.customers[0], 3)
        await until_async(lambda: ids(stream) == world.log(), "all events on the stream")
        await until_async(lambda: ids(late) == world.log()[3:], "all events on the late stream")
        for task in (reading, reading_late):
            assert not task.done()  # the same connections all the time
            task.cancel()

    drive(scenario)


def test_postgres_away(servers: Servers, database_url: str, live: LiveProcess, tokens: Tokens) -> None:
    world = World.make(database_url, customers=1)

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(live.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read_to_end(session, 120))
        await stream.is_open()
        await world.order(world.customers[0], 3)
        await until_async(lambda: ids(stream) == world.log(), "all events on the stream")
        servers.program("postgres").stop(signal.SIGINT)
        for url in (live.own(), live.order(stream.events[0].data["order_id"])):
            with pytest.raises(Refused) as refused:
                await Stream(url, tokens.operator()).read(session, 1)
            assert refused.value.status == 503
            assert int(refused.value.headers["Retry-After"]) >= 1
            assert refused.value.problem["type"] == "/problems/unavailable"
        assert not live.is_ready()
        beats = stream.comments
        await until_async(lambda: stream.comments >= beats + 2, "heartbeats")
        await asyncio.to_thread(servers.program("postgres").start)
        await until_async(live.is_ready, "live to be ready")
        await world.order(world.customers[0], 3)
        await until_async(lambda: ids(stream) == world.log(), "all events on the stream")
        assert not reading.done()
        reading.cancel()

    drive(scenario)


def test_kafka_away_at_the_start(
    servers: Servers, database_url: str, kafka_bootstrap: str, folder: Path, tokens: Tokens
) -> None:
    assert tokens is not None  # the keys are there before the server reads them
    servers.program("kafka").stop(signal.SIGKILL)
    live = LiveProcess(folder, database_url, kafka_bootstrap)
    live.child.begin()
    live.child.wait_until_ready(lambda: "waiting" in live.child.said())

    async def scenario(session: aiohttp.ClientSession) -> None:
        with pytest.raises(Refused) as refused:
            await Stream(live.own(), tokens.operator()).read(session, 1)
        assert refused.value.status == 503
        await asyncio.to_thread(servers.program("kafka").start)
        await until_async(live.is_ready, "live to be ready")

    drive(scenario)
    assert live.child.stop() == 0


def test_records_that_are_no_events(database_url: str, kafka_bootstrap: str, live: LiveProcess, tokens: Tokens) -> None:
    world = World.make(database_url, customers=1)
    producer = kafka.make_producer(KafkaSettings(kafka_bootstrap=kafka_bootstrap), "tests")

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(live.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read_to_end(session, 60))
        await stream.is_open()
        for value in (b"null", b"", b"{", b"[1]", b"\xff" * 100, b'{"order_id": 1}', b"x" * 900_000):
            for headers in ([], [("position", b"0/1"), ("cursor", b"1-1")], [("position", b"0/99999999999999999999")]):
                producer.send(EVENTS, key=b"x", value=value, headers=signed(EVENTS, b"x", value, headers))
        for name in ("name", NotUtf8("name"), "name"):  # in one batch: what follows cannot be read either
            producer.send(EVENTS, key=b"x", value=b"{}", headers=signed(EVENTS, b"x", b"{}", [(name, b"1")]))
        producer.flush(10)
        await world.order(world.customers[0], 3)
        await until_async(lambda: ids(stream) == world.log(), "all events on the stream")
        assert not reading.done()
        reading.cancel()

    try:
        drive(scenario)
    finally:
        producer.close(timeout=5)
    ignored = [line for line in live.child.said().splitlines() if "record ignored" in line]
    # Those of other tests, from half a minute before the start, are not signed.
    assert sum("sign" not in line for line in ignored) == 24


def test_a_forged_event_is_not_shown_and_hides_none(
    database_url: str, kafka_bootstrap: str, live: LiveProcess, tokens: Tokens
) -> None:
    world = World.make(database_url, customers=1)
    producer = kafka.make_producer(KafkaSettings(kafka_bootstrap=kafka_bootstrap), "tests")

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(live.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read_to_end(session, 60))
        await stream.is_open()
        await world.order(world.customers[0], 1)
        await until_async(lambda: ids(stream) == world.log(), "the event on the stream")
        with psycopg.connect(database_url) as connection:
            (published,) = connection.execute("select published from relay_positions").fetchone() or (0,)
        for number in range(published + 1, published + 10):  # of the true events that come next
            key, value, headers = encode(cancelled(world), shard=0, number=number, cursor=Cursor(10**12, number))
            producer.send(EVENTS, key=key, value=value, headers=headers)
            forged = RecordKeys("the key of somebody else").sign(EVENTS, key, value, headers)
            producer.send(EVENTS, key=key, value=value, headers=forged)
        producer.flush(10)
        await until_async(lambda: live.child.said().count("record ignored") >= 18, "the forged records")
        await world.order(world.customers[0], 3)
        await until_async(lambda: len(ids(stream)) >= 4, "the true events")
        assert ids(stream) == world.log()
        reading.cancel()

    try:
        drive(scenario)
    finally:
        producer.close(timeout=5)


def cancelled(world: World) -> OrderEvent:
    """An event that did not happen, of an order with this merchant."""
    return OrderEvent(
        order_id=uuid4(),
        version=2,
        type="order.cancelled",
        status="cancelled",
        customer_id=world.customers[0],
        merchant_id=world.merchant_id,
        occurred_at=datetime.now(UTC),
        detail={},
    )


def test_a_number_that_the_relay_cannot_have_reached(
    database_url: str, kafka_bootstrap: str, live: LiveProcess, tokens: Tokens
) -> None:
    """An event far ahead must not have all those skipped that are still to come."""
    world = World.make(database_url, customers=1)
    producer = kafka.make_producer(KafkaSettings(kafka_bootstrap=kafka_bootstrap), "tests")
    event = OrderEvent(
        order_id=uuid4(),
        version=1,
        type="order.paid",
        status="paid",
        customer_id=uuid4(),
        merchant_id=uuid4(),
        occurred_at=datetime.now(UTC),
        detail={},
    )
    key, forged, headers = encode(event, shard=0, number=987654321, cursor=Cursor(9, 9))
    headers = signed(EVENTS, key, forged, headers)

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(live.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read_to_end(session, 60))
        await stream.is_open()
        producer.send(EVENTS, key=key, value=forged, headers=headers)
        producer.flush(10)
        await until_async(lambda: "numbers out of reach" in live.child.said(), "the refusal in the log")
        await world.order(world.customers[0], 3)
        await until_async(lambda: ids(stream) == world.log(), "all events on the stream")
        assert not reading.done()
        reading.cancel()

    try:
        drive(scenario)
    finally:
        producer.close(timeout=5)
