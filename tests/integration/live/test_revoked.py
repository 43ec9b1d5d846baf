"""A stream ends when its token is revoked, and the others stay open."""

import asyncio
import signal
from uuid import UUID, uuid4

import aiohttp
import psycopg
import pytest

from tests.integration.live.sse import Refused, Stream, drive
from tests.integration.live.world import World
from tests.support.processes import LiveFactory, LiveProcess, Tokens
from tests.support.servers import Servers
from tests.support.waiting import until_async

BOUND_SECONDS = 2.0
BUSY_SECONDS = 8.0
"""Beyond the bound, for a machine that is busy. Without a list, the streams would stay open for 600 s."""


@pytest.fixture
def world(database_url: str) -> World:
    return World.make(database_url, customers=2)


def open_sessions(database_url: str, account: UUID, count: int) -> list[UUID]:
    ids = [uuid4() for _ in range(count)]
    with psycopg.connect(database_url) as connection:
        for session_id in ids:
            connection.execute(
                "insert into sessions (id, account_id, expires_at, ends_at)"
                " values (%s, %s, now() + interval '1 day', now() + interval '1 day')",
                [session_id, account],
            )
    return ids


def change(database_url: str, statement: str, *values: object) -> None:
    with psycopg.connect(database_url) as connection:
        assert connection.execute(statement.encode(), values).rowcount == 1


async def is_refused(session: aiohttp.ClientSession, live: LiveProcess, token: str) -> None:
    with pytest.raises(Refused) as refused:
        await Stream(live.own(), token).read(session, 1)
    assert refused.value.status == 401


async def ends(reading: "asyncio.Task[object]") -> None:
    """The stream ends, or breaks off: its client has to come again in either case."""
    await until_async(reading.done, "the stream to end", BOUND_SECONDS + BUSY_SECONDS)
    assert reading.exception() is None or isinstance(reading.exception(), aiohttp.ClientError)


def test_it_ends_with_its_session_and_no_other_does(
    live_server: LiveFactory, world: World, tokens: Tokens, database_url: str
) -> None:
    live = live_server(heartbeat_seconds=0.5)
    customer = world.customers[0]
    ended, kept = open_sessions(database_url, customer, 2)
    of_ended, of_kept = (tokens.customer(customer, session_id=each) for each in (ended, kept))

    async def scenario(session: aiohttp.ClientSession) -> None:
        streams = [Stream(live.own(), each) for each in (of_ended, of_kept, tokens.customer(customer))]
        first, *others = [asyncio.create_task(stream.read_to_end(session, 120)) for stream in streams]
        await asyncio.gather(*(stream.is_open() for stream in streams))
        change(database_url, "delete from sessions where id = %s", ended)
        await ends(first)
        await is_refused(session, live, of_ended)
        beats = streams[1].comments
        await until_async(lambda: streams[1].comments >= beats + 2, "heartbeats")
        assert not any(reading.done() for reading in others)
        for reading in others:
            reading.cancel()

    drive(scenario)
    assert '"ended":"revoked"' in live.child.said().replace(" ", "")


@pytest.mark.parametrize(
    "statement",
    [
        "update accounts set active = false where id = %s",
        "update accounts set role = 'operator' where id = %s",
        "delete from accounts where id = %s",
    ],
)
def test_it_ends_with_its_account(
    live_server: LiveFactory, world: World, tokens: Tokens, database_url: str, statement: str
) -> None:
    live = live_server(heartbeat_seconds=0.5)
    (session_id,) = open_sessions(database_url, world.customers[0], 1)
    own = [tokens.customer(world.customers[0], session_id=each) for each in (session_id, None)]
    of_other = tokens.customer(world.customers[1])

    async def scenario(session: aiohttp.ClientSession) -> None:
        streams = [Stream(live.own(), each) for each in (*own, of_other)]
        readings = [asyncio.create_task(stream.read_to_end(session, 120)) for stream in streams]
        await asyncio.gather(*(stream.is_open() for stream in streams))
        change(database_url, statement, world.customers[0])
        for reading, token in zip(readings, own, strict=False):
            await ends(reading)
            await is_refused(session, live, token)
        assert not readings[-1].done()
        readings[-1].cancel()

    drive(scenario)


def test_while_postgresql_is_away_a_revoked_token_stays_revoked_and_streams_stay_open(
    servers: Servers, live_server: LiveFactory, world: World, tokens: Tokens, database_url: str
) -> None:
    live = live_server(heartbeat_seconds=0.5)
    revoked, kept = open_sessions(database_url, world.customers[0], 2)
    of_revoked, of_kept = (tokens.customer(world.customers[0], session_id=each) for each in (revoked, kept))

    async def scenario(session: aiohttp.ClientSession) -> None:
        first, stream = Stream(live.own(), of_revoked), Stream(live.own(), of_kept)
        ended, reading = (asyncio.create_task(each.read_to_end(session, 120)) for each in (first, stream))
        await asyncio.gather(first.is_open(), stream.is_open())
        change(database_url, "delete from sessions where id = %s", revoked)
        await ends(ended)
        servers.program("postgres").stop(signal.SIGINT)
        await is_refused(session, live, of_revoked)
        beats = stream.comments
        await until_async(lambda: stream.comments >= beats + 4, "heartbeats")
        assert not reading.done()
        await asyncio.to_thread(servers.program("postgres").start)
        change(database_url, "delete from sessions where id = %s", kept)
        await ends(reading)
        await is_refused(session, live, of_revoked)

    drive(scenario)
