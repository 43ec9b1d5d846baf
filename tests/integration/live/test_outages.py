"""Kafka or PostgreSQL away: open streams stay, new ones are told to come back, and nothing is missing afterwards."""

import asyncio
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from pedidos.messaging import kafka
from pedidos.messaging.topics import EVENTS
from pedidos.settings.groups import KafkaSettings
from pedidos_drills.faults.poison import NotUtf8
from tests.integration.live.conftest import LiveServer, Relay, Tokens
from tests.integration.live.servers import Servers
from tests.integration.live.sse import Refused, Stream
from tests.integration.live.world import World


@pytest.fixture
def live(servers: Servers, folder: Path, tokens: Tokens) -> Iterator[LiveServer]:
    assert tokens is not None  # the keys are there before the server reads them
    relay = Relay(folder, servers.database_url, servers.kafka_bootstrap)
    live = LiveServer(folder, servers.database_url, servers.kafka_bootstrap, heartbeat_seconds=0.5)
    relay.start()
    live.start()
    yield live
    servers.start_missing()
    live.child.stop()
    relay.stop()


def test_kafka_away(servers: Servers, live: LiveServer, tokens: Tokens) -> None:
    world = World.make(servers.database_url, customers=2)

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(live.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read_to_end(session, 120))
        await until(stream.opened.is_set)
        await world.order(world.customers[0], 3)
        await until(lambda: ids(stream) == world.log())
        servers.stop("kafka", signal.SIGKILL)
        await world.traffic(writers=4, orders_each=3, chance=random.Random(1))
        beats = stream.comments
        await until(lambda: stream.comments >= beats + 3)
        late = Stream(live.own(), tokens.merchant(world.merchant_id), stream.last_event_id)
        reading_late = asyncio.create_task(late.read_to_end(session, 120))
        await until(lambda: ids(late) == world.log()[3:])  # out of the log alone
        await asyncio.to_thread(servers.start, "kafka")
        await world.order(world.customers[0], 3)
        await until(lambda: ids(stream) == world.log(), 60)
        await until(lambda: ids(late) == world.log()[3:])
        for task in (reading, reading_late):
            assert not task.done()  # the same connections all the time
            task.cancel()

    drive(scenario)


def test_postgres_away(servers: Servers, live: LiveServer, tokens: Tokens) -> None:
    world = World.make(servers.database_url, customers=1)

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(live.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read_to_end(session, 120))
        await until(stream.opened.is_set)
        await world.order(world.customers[0], 3)
        await until(lambda: ids(stream) == world.log())
        servers.stop("postgres", signal.SIGINT)
        for url in (live.own(), live.order(stream.events[0].data["order_id"])):
            with pytest.raises(Refused) as refused:
                await Stream(url, tokens.operator()).read(session, 1)
            assert refused.value.status == 503
            assert int(refused.value.headers["Retry-After"]) >= 1
            assert refused.value.problem["type"] == "/problems/unavailable"
        assert not live.is_ready()
        beats = stream.comments
        await until(lambda: stream.comments >= beats + 2)
        await asyncio.to_thread(servers.start, "postgres")
        await until(live.is_ready)
        await world.order(world.customers[0], 3)
        await until(lambda: ids(stream) == world.log(), 30)
        assert not reading.done()
        reading.cancel()

    drive(scenario)


def test_kafka_away_at_the_start(servers: Servers, folder: Path, tokens: Tokens) -> None:
    servers.stop("kafka", signal.SIGKILL)
    live = LiveServer(folder, servers.database_url, servers.kafka_bootstrap)
    live.child.start(lambda: b"waiting" in live.child.log.read_bytes())

    async def scenario(session: aiohttp.ClientSession) -> None:
        with pytest.raises(Refused) as refused:
            await Stream(live.own(), tokens.operator()).read(session, 1)
        assert refused.value.status == 503
        await asyncio.to_thread(servers.start, "kafka")
        await until(live.is_ready, 30)

    drive(scenario)
    assert live.child.stop() == 0


def test_records_that_are_no_events(servers: Servers, live: LiveServer, tokens: Tokens) -> None:
    world = World.make(servers.database_url, customers=1)
    producer = kafka.make_producer(KafkaSettings(kafka_bootstrap=servers.kafka_bootstrap), "tests")

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(live.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read_to_end(session, 60))
        await until(stream.opened.is_set)
        for value in (b"null", b"", b"{", b"[1]", b"\xff" * 100, b'{"order_id": 1}', b"x" * 900_000):
            for headers in ([], [("position", b"0/1"), ("cursor", b"1-1")], [("position", b"0/99999999999999999999")]):
                producer.send(EVENTS, key=b"x", value=value, headers=headers)
        for name in ("name", NotUtf8("name"), "name"):  # in one batch: what follows cannot be read either
            producer.send(EVENTS, key=b"x", value=b"{}", headers=[(name, b"1")])
        producer.flush(10)
        await world.order(world.customers[0], 3)
        await until(lambda: ids(stream) == world.log())
        assert not reading.done()
        reading.cancel()

    try:
        drive(scenario)
    finally:
        producer.close(timeout=5)
    assert live.child.log.read_text().count("record not understood") == 24


def test_a_number_that_the_relay_cannot_have_reached(servers: Servers, live: LiveServer, tokens: Tokens) -> None:
    """A forged event far ahead must not have all those skipped that are still to come."""
    world = World.make(servers.database_url, customers=1)
    producer = kafka.make_producer(KafkaSettings(kafka_bootstrap=servers.kafka_bootstrap), "tests")
    forged = b'{"order_id": "1", "customer_id": "2", "merchant_id": "3", "type": "order.paid", "status": "paid"}'

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(live.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read_to_end(session, 60))
        await until(stream.opened.is_set)
        producer.send(EVENTS, key=b"x", value=forged, headers=[("position", b"0/987654321"), ("cursor", b"9-9")])
        producer.flush(10)
        await until(lambda: "numbers out of reach" in live.child.log.read_text())
        await world.order(world.customers[0], 3)
        await until(lambda: ids(stream) == world.log())
        assert not reading.done()
        reading.cancel()

    try:
        drive(scenario)
    finally:
        producer.close(timeout=5)


def ids(stream: Stream) -> list[str]:
    return [event.id for event in stream.events]


async def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


def drive(scenario: Callable[[aiohttp.ClientSession], object]) -> None:
    async def run() -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
            await scenario(session)  # type: ignore[misc]

    asyncio.run(run())
