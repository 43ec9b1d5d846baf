"""An operator who watches orders of others leaves an entry in the audit log; a customer who watches theirs does not."""

import asyncio

import aiohttp
import psycopg
import pytest

from tests.integration.live.sse import Stream, drive
from tests.integration.live.world import World
from tests.support.processes import LiveFactory, Tokens

WATCHED = "select role, subject from audit_log where action = 'order.watched' order by number"


@pytest.mark.usefixtures("relay")
def test_who_watches(live_server: LiveFactory, database_url: str, tokens: Tokens) -> None:
    server, world = live_server(), World.make(database_url, customers=1)
    operator = tokens.operator()

    def watched() -> list[tuple[str, str | None]]:
        with psycopg.connect(database_url) as connection:
            return connection.execute(WATCHED).fetchall()

    async def watch(session: aiohttp.ClientSession, url: str, token: str) -> None:
        stream = Stream(url, token)
        reading = asyncio.create_task(stream.read_to_end(session))
        await stream.is_open()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    async def scenario(session: aiohttp.ClientSession) -> None:
        order = await world.order(world.customers[0])
        before = watched()
        await watch(session, server.order(order), tokens.customer(world.customers[0]))
        assert watched() == before
        await watch(session, server.order(order), operator)
        await watch(session, server.own(), operator)
        assert watched()[len(before) :] == [("operator", str(order)), ("operator", None)]

    drive(scenario)
