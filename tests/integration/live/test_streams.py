"""What a stream shows, to whom, and how it ends."""

import asyncio
import json
import signal
import socket
import time
from datetime import datetime
from uuid import uuid4

import aiohttp
import psycopg
import pytest

from pedidos.processes.live.streams import REPLAY_EVENTS
from tests.integration.live.sse import Refused, Stream, drive
from tests.integration.live.world import World
from tests.support.processes import LiveFactory, Tokens
from tests.support.waiting import WAIT_SECONDS, until_async

MANY_ORDERS = """
with placed as (
    insert into orders
        (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at, updated_at)
    select uuidv7(), %(customer)s, (select id from merchants limit 1), 'received', 1, 100, 'tok_ok', now(), now()
    from generate_series(1, %(orders)s)
    returning id, customer_id, merchant_id
)
insert into order_events (order_id, version, type, status, customer_id, merchant_id)
select id, 1, 'order.placed', 'received', customer_id, merchant_id from placed
"""


@pytest.fixture
def world(database_url: str) -> World:
    return World.make(database_url, customers=2)


def types(stream: Stream) -> list[str]:
    return [event.type for event in stream.events]


@pytest.mark.usefixtures("relay")
def test_order_stream_replays_then_follows_and_ends(live_server: LiveFactory, world: World, tokens: Tokens) -> None:
    server = live_server()

    async def scenario(session: aiohttp.ClientSession) -> None:
        order = await world.order(world.customers[0], steps=3)
        stream = Stream(server.order(order), tokens.customer(world.customers[0]))
        reading = asyncio.create_task(stream.read_to_end(session))
        await stream.is_open()
        for version in range(4, 10):
            await world.move(order, version)
        await reading
        *events, end = stream.events
        assert [event.id for event in events] == world.log("order_id = %s", order)
        assert [event.data["version"] for event in events] == list(range(1, 10))
        assert end.type == "end"
        assert end.data == {"reason": "order finished"}
        first, last = events[0].data, events[-1].data
        assert "published_at" not in first
        assert abs(time.time() - _epoch(last["published_at"])) < 30
        assert {k: last[k] for k in ("order_id", "type", "status", "customer_id", "merchant_id", "detail")} == {
            "order_id": str(order),
            "type": "order.delivered",
            "status": "delivered",
            "customer_id": str(world.customers[0]),
            "merchant_id": str(world.merchant_id),
            "detail": {},
        }
        # Coming back after the end: nothing follows, and a browser is told not to try again.
        again = Stream(server.order(order), tokens.customer(world.customers[0]), events[-1].id)
        with pytest.raises(Refused) as refused:
            await again.read_to_end(session)
        assert refused.value.status == 204
        # From the start: the whole timeline, out of the log.
        whole = Stream(server.order(order), tokens.operator())
        await whole.read_to_end(session)
        assert [event.id for event in whole.events[:-1]] == [event.id for event in events]
        assert {**whole.events[-2].data, "published_at": last["published_at"]} == last

    drive(scenario)


@pytest.mark.usefixtures("relay")
def test_who_sees_what(live_server: LiveFactory, world: World, tokens: Tokens, database_url: str) -> None:
    server = live_server()
    elsewhere = World.make(database_url, customers=1)

    async def scenario(session: aiohttp.ClientSession) -> None:
        ana, bia = world.customers
        streams = {
            "ana": Stream(server.own(), tokens.customer(ana)),
            "bia": Stream(server.own(), tokens.customer(bia)),
            "cantina": Stream(server.own(), tokens.merchant(world.merchant_id)),
            "elsewhere": Stream(server.own(), tokens.merchant(elsewhere.merchant_id)),
            "operator": Stream(server.own(), tokens.operator()),
        }
        readings = [asyncio.create_task(stream.read_to_end(session, 60)) for stream in streams.values()]
        await asyncio.gather(*(stream.is_open() for stream in streams.values()))
        anas, bias = await world.order(ana, 2), await world.order(bia, 1)
        theirs = await elsewhere.order(elsewhere.customers[0], 1)
        await until_async(
            lambda: len(streams["operator"].events) >= 4 and streams["elsewhere"].events != [], "the events"
        )
        seen = {name: [event.data["order_id"] for event in stream.events] for name, stream in streams.items()}
        assert seen["ana"] == [str(anas)] * 2
        assert seen["bia"] == [str(bias)]
        assert seen["cantina"] == [str(anas)] * 2 + [str(bias)]
        assert seen["elsewhere"] == [str(theirs)]
        assert [o for o in seen["operator"] if o in {str(anas), str(bias), str(theirs)}] == (
            [str(anas)] * 2 + [str(bias)] + [str(theirs)]
        )
        for reading in readings:
            reading.cancel()
        for token in (tokens.customer(bia), tokens.merchant(elsewhere.merchant_id)):
            assert (await refusal(session, server.order(anas), token)).status == 404
        for token in (tokens.customer(ana), tokens.merchant(world.merchant_id), tokens.operator()):
            assert types(await read(session, Stream(server.order(anas), token), 2)) == [
                "order.placed",
                "order.validated",
            ]

    drive(scenario)


def test_refusals(live_server: LiveFactory, world: World, tokens: Tokens) -> None:
    server = live_server()

    async def scenario(session: aiohttp.ClientSession) -> None:
        good = tokens.customer(world.customers[0])
        for path in (server.own(), server.order(uuid4())):
            for token in ("", "nonsense", good[:-6] + "AAAAAA"):
                refused = await refusal(session, path, token)
                assert refused.status == 401
                assert refused.problem["type"] == "/problems/unauthenticated"
                assert "Bearer" in refused.headers["WWW-Authenticate"]
        for path in (server.order(uuid4()), server.order("abc"), f"{server.url}/v1/nothing"):
            refused = await refusal(session, path, good)
            assert refused.status == 404
            assert refused.problem["request_id"] == refused.headers["X-Request-Id"]
        for cursor in ("abc", "1-", "-1-1", "1-1-1", "9" * 30 + "-1"):
            refused = await refusal(session, server.own(), good, cursor)
            assert refused.status == 400
        for method in ("POST", "HEAD", "DELETE"):
            async with session.request(method, server.own()) as response:
                assert response.status == 405
                assert response.headers["Allow"] == "GET"

    drive(scenario)


def test_stream_ends_with_its_token(live_server: LiveFactory, world: World, tokens: Tokens) -> None:
    server = live_server(heartbeat_seconds=0.5)

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(server.own(), tokens.customer(world.customers[0], seconds=5))
        began = time.monotonic()
        await stream.read_to_end(session)
        assert 3 < time.monotonic() - began < 20
        assert types(stream) == ["end"]
        assert stream.events[0].data == {"reason": "token expired"}
        assert stream.comments >= 5
        assert (await refusal(session, server.own(), stream._token)).status == 401

    drive(scenario)


@pytest.mark.usefixtures("relay")
def test_heartbeat_moves_the_cursor_on(live_server: LiveFactory, world: World, tokens: Tokens) -> None:
    """So that a quiet customer who comes back has little of the busy log to look through."""
    server = live_server(heartbeat_seconds=0.3)

    async def scenario(session: aiohttp.ClientSession) -> None:
        quiet = Stream(server.own(), tokens.customer(world.customers[0]))
        reading = asyncio.create_task(quiet.read_to_end(session, 60))
        await quiet.is_open()
        await world.order(world.customers[1], 3)
        newest = world.log()[-1]
        await quiet.has_come_to(newest)
        assert quiet.events == []
        reading.cancel()

    drive(scenario)


def test_too_far_behind_is_told_to_start_over(live_server: LiveFactory, world: World, tokens: Tokens) -> None:
    server = live_server()

    async def scenario(session: aiohttp.ClientSession) -> None:
        future = Stream(server.own(), tokens.customer(world.customers[0]), f"{2**62}-1")
        (event,) = await future.read(session, 1)
        assert event.type == "reset"
        assert future.last_event_id != f"{2**62}-1"

    drive(scenario)


def test_what_others_did_meanwhile_does_not_count(
    live_server: LiveFactory, world: World, tokens: Tokens, database_url: str
) -> None:
    """Only own events do: at 900 orders a second, everybody's would be too many within seconds."""
    server = live_server()
    mine, other = world.customers
    order_id = asyncio.run(world.order(mine, 2))
    (_, last_event_id) = world.log("customer_id = %s", mine)
    with psycopg.connect(database_url) as connection:
        connection.execute(MANY_ORDERS, {"customer": other, "orders": REPLAY_EVENTS + 1})
    for version in (3, 4):
        asyncio.run(world.move(order_id, version))

    async def scenario(session: aiohttp.ClientSession) -> None:
        for token in (tokens.customer(mine), tokens.operator()):
            stream = Stream(server.own(), token, last_event_id)
            (first, *_) = await stream.read(session, 1)
            told.append(first.type)

    told: list[str] = []
    drive(scenario)
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from orders where customer_id = %s", (other,))  # the relay has not seen them
    assert told == ["order.reserved", "reset"]


def test_bound_on_streams(live_server: LiveFactory, tokens: Tokens) -> None:
    server = live_server(streams=3)

    async def scenario(session: aiohttp.ClientSession) -> None:
        streams = [Stream(server.own(), tokens.operator()) for _ in range(3)]
        readings = [asyncio.create_task(stream.read_to_end(session, 60)) for stream in streams]
        await asyncio.gather(*(stream.is_open() for stream in streams))
        refused = await refusal(session, server.own(), tokens.operator())
        assert refused.status == 503
        assert int(refused.headers["Retry-After"]) >= 1
        readings[0].cancel()
        await asyncio.sleep(0)
        await until_accepted(session, server.own(), tokens.operator())
        for reading in readings:
            reading.cancel()

    drive(scenario)


@pytest.mark.usefixtures("relay")
def test_slow_reader_is_dropped_and_can_resume(live_server: LiveFactory, world: World, tokens: Tokens) -> None:
    server = live_server(stream_buffer=20)
    token = tokens.merchant(world.merchant_id)

    async def scenario(session: aiohttp.ClientSession, lazy: socket.socket) -> None:
        lazy.sendall(f"GET /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        quick = Stream(server.own(), token)
        reading = asyncio.create_task(quick.read_to_end(session, 120))
        await quick.is_open()
        big = json.dumps({"note": "x" * 200_000})
        for _ in range(120):
            order = await world.order(world.customers[0])
            async with await world.connect() as connection:
                await connection.execute(
                    "insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail)"
                    " values (%s, 2, 'order.validated', 'validated', %s, %s, %s)",
                    (order, world.customers[0], world.merchant_id, big),
                )
            newest = world.log()[-1]
            await quick.has_come_to(newest)
            if "slow reader" in server.child.said():
                break
        await until_async(lambda: "slow reader" in server.child.said(), "the slow reader to be dropped")
        assert [event.id for event in quick.events] == world.log()
        reading.cancel()
        # The lazy one reads what had been sent, finds its end, and comes back from there.
        lazy.settimeout(5)
        raw = b""
        while chunk := lazy.recv(1 << 20):
            raw += chunk
        ids = [line[4:].decode() for line in raw.split(b"\n") if line.startswith(b"id: ")]
        whole = [i for i in ids if i in world.log()]
        assert 0 < len(whole) < len(world.log())
        resumed = Stream(server.own(), token, whole[-2])
        await read(session, resumed, len(world.log()) - len(whole) + 1)
        assert whole[:-1] + [event.id for event in resumed.events] == world.log()

    with socket.create_connection(("127.0.0.1", server.port)) as lazy:
        drive(lambda session: scenario(session, lazy))


@pytest.mark.usefixtures("relay")
def test_many_events_at_once_drop_no_stream_that_is_read(
    live_server: LiveFactory, world: World, tokens: Tokens
) -> None:
    server = live_server(stream_buffer=20)

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(server.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read(session, 301))
        await stream.is_open()
        order = await world.order(world.customers[0])
        async with await world.connect() as connection:
            await connection.execute(
                "insert into order_events (order_id, version, type, status, customer_id, merchant_id)"
                " select %s, version, 'order.validated', 'validated', %s, %s from generate_series(2, 301) version",
                (order, world.customers[0], world.merchant_id),
            )
        await asyncio.wait_for(reading, WAIT_SECONDS)
        assert [event.id for event in stream.events] == world.log()

    drive(scenario)


def test_sigterm_ends_streams_at_once(live_server: LiveFactory, tokens: Tokens) -> None:
    server = live_server()

    async def scenario(session: aiohttp.ClientSession) -> None:
        streams = [Stream(server.own(), tokens.operator()) for _ in range(20)]
        readings = [asyncio.create_task(stream.read_to_end(session, 60)) for stream in streams]
        await asyncio.gather(*(stream.is_open() for stream in streams))
        server.child.send(signal.SIGTERM)
        assert await asyncio.gather(*readings) == [[]] * 20  # ended in order: no error
        await until_async(lambda: not server.child.running, "the end of the process")

    drive(scenario)


async def read(session: aiohttp.ClientSession, stream: Stream, count: int) -> Stream:
    await stream.read(session, count)
    return stream


async def refusal(session: aiohttp.ClientSession, url: str, token: str, cursor: str | None = None) -> Refused:
    with pytest.raises(Refused) as refused:
        await Stream(url, token, cursor).read(session, 1)
    return refused.value


async def until_accepted(session: aiohttp.ClientSession, url: str, token: str) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            async with session.get(url, headers={"Authorization": f"Bearer {token}"}) as response:
                if response.status == 200:
                    return
            await asyncio.sleep(0.05)


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
