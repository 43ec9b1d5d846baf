"""PostgreSQL was restored to an earlier moment, and a new log continues: streams start over and miss no event of it."""

import asyncio

import aiohttp
import psycopg

from tests.integration.live.sse import Stream, drive, ids
from tests.integration.live.world import World
from tests.support.processes import LiveFactory, RelayProcess, Tokens
from tests.support.waiting import until_async

NEW_LOG = """
with log as (
    insert into event_logs (number, after, txid, seq, doubtful)
    select (select max(number) from event_logs) + 1, p.published, '0', 0, pg_current_xact_id()
    from relay_positions p
)
update relay_positions set epoch = epoch + 1, leader = null, lease_until = '-infinity'
"""


def test_streams_start_over_with_a_new_log(
    live_server: LiveFactory, relay: RelayProcess, tokens: Tokens, database_url: str
) -> None:
    world = World.make(database_url, customers=1)
    server = live_server()

    async def scenario(session: aiohttp.ClientSession) -> None:
        stream = Stream(server.own(), tokens.merchant(world.merchant_id))
        reading = asyncio.create_task(stream.read_to_end(session, 60))
        await stream.is_open()
        before = await world.order(world.customers[0], 3)
        await until_async(lambda: ids(stream) == world.log(), "all events on the stream")
        relay.stop()
        with psycopg.connect(database_url) as connection:
            connection.execute(NEW_LOG)
        relay.start()
        await world.order(world.customers[0], 3)
        await reading  # the first record of the new log has ended it
        await until_async(lambda: "another log" in server.child.said(), "the new log in the log lines")

        again = asyncio.create_task(stream.read(session, 4))
        await until_async(lambda: stream.events[-1].type == "reset", "a reset")
        await world.order(world.customers[0], 3)
        assert [event.id for event in (await again)[1:]] == world.log()[-3:]

        order = Stream(server.order(before), tokens.merchant(world.merchant_id), world.log()[2])
        told = await order.read(session, 3)
        assert [event.id for event in told] == world.log()[:3], "all of it, since the place may be of the log before"

    try:
        drive(scenario)
    finally:
        with psycopg.connect(database_url) as connection:
            connection.execute("update event_logs set doubtful = '0'")
