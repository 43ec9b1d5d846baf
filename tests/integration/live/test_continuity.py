"""No gap, no repetition: whatever is cut, killed or published twice, a viewer has seen the log, once, in order."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import aiohttp
import pytest

from pedidos.processes.live.event_consumer import UNWATCHED_SECONDS
from tests.integration.live.sse import Refused, Stream
from tests.integration.live.world import World
from tests.support.processes import LiveFactory, LiveProcess, RelayProcess, Tokens
from tests.support.waiting import WAIT_SECONDS

DISTURBED = (aiohttp.ClientError, asyncio.IncompleteReadError, TimeoutError)


class Watcher:
    """Watches until it is told to stop; its connection is cut at random, and it comes back as a browser would."""

    def __init__(
        self,
        stream: Stream,
        world: World,
        chance: random.Random,
        cut_after: tuple[float, float],
        away: Sequence[float] = (0, 0, 0.01, 0.3),
    ) -> None:
        """Seconds: from when to when a connection is cut; one of away passes until the next."""
        self.stream = stream
        self._merchant = str(world.merchant_id)
        self.connections = 0
        self._chance = chance
        self._cut_after = cut_after
        self._away = away

    async def watch(self) -> None:
        while True:
            self.connections += 1
            async with aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None), connector=aiohttp.TCPConnector(force_close=True)
            ) as session:
                try:
                    async with asyncio.timeout(self._chance.uniform(*self._cut_after)):
                        async for _ in self.stream.connect(session):
                            pass
                except Refused as refused:
                    if refused.status != 503:
                        raise
                    await asyncio.sleep(0.1)
                except DISTURBED:
                    pass
            await asyncio.sleep(self._chance.choice(self._away))

    @property
    def ids(self) -> list[str]:
        """Of this world alone: an operator sees those of other tests too."""
        return [event.id for event in self.stream.events if event.data["merchant_id"] == self._merchant]


async def check(
    watchers: list[tuple[Watcher, Callable[[], list[str]]]], disturb: Callable[[], Awaitable[None]]
) -> None:
    """Runs the watchers while disturb runs, then until each has everything that the log has for it."""
    tasks = [asyncio.create_task(watcher.watch()) for watcher, _ in watchers]
    await asyncio.gather(*(watcher.stream.is_open() for watcher, _ in watchers))
    await disturb()
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            for watcher, expected in watchers:
                log = await asyncio.to_thread(expected)
                while watcher.ids[-1:] != log[-1:]:
                    for task in tasks:
                        assert not task.done(), task.exception()
                    await asyncio.sleep(0.05)
    finally:
        for task in tasks:
            task.cancel()
    for watcher, expected in watchers:
        log = expected()
        ids = watcher.ids
        assert ids == log, difference(ids, log)


def difference(ids: list[str], log: list[str]) -> str:
    missing = [i for i in log if i not in set(ids)]
    return f"seen {len(ids)}, logged {len(log)}, missing {missing[:5]}, twice {len(ids) - len(set(ids))}"


def viewers(
    world: World, tokens: Tokens, server: LiveProcess, chance: random.Random, cut_after: tuple[float, float]
) -> list[tuple[Watcher, Callable[[], list[str]]]]:
    """Two streams of each kind."""
    found: list[tuple[Watcher, Callable[[], list[str]]]] = []
    for _ in range(2):
        for customer in world.customers:
            stream = Stream(server.own(), tokens.customer(customer))
            of_customer = partial(world.log, "customer_id = %s", customer)
            found.append((Watcher(stream, world, chance, cut_after), of_customer))
        stream = Stream(server.own(), tokens.merchant(world.merchant_id))
        found.append((Watcher(stream, world, chance, cut_after), world.log))
        stream = Stream(server.own(), tokens.operator())
        found.append((Watcher(stream, world, chance, cut_after), world.log))
    return found


@pytest.fixture
def chance() -> random.Random:
    """Seeded by pytest-randomly: -p randomly_seed=N replays the choices, though not the timing."""
    return random.Random(random.random())


def test_cut_at_random_while_the_relay_publishes_twice(
    live_server: LiveFactory, relay: RelayProcess, database_url: str, tokens: Tokens, chance: random.Random
) -> None:
    world = World.make(database_url, customers=4)
    server = live_server()

    async def disturb() -> None:
        traffic = asyncio.create_task(world.traffic(writers=12, orders_each=10, chance=chance))
        while not traffic.done():
            await asyncio.sleep(chance.uniform(0.2, 1.0))
            await asyncio.to_thread(relay.stop, chance.choice((signal.SIGKILL, signal.SIGTERM)))
            await asyncio.to_thread(relay.rewind, chance.randint(0, 120))
            await asyncio.to_thread(relay.start)
            await asyncio.sleep(chance.uniform(0.5, 2.0))
        await traffic

    async def scenario() -> None:
        watchers = viewers(world, tokens, server, chance, (0.01, 1.0))
        await check(watchers, disturb)
        assert min(watcher.connections for watcher, _ in watchers) >= 3

    asyncio.run(scenario())


def test_nothing_is_read_without_watchers_and_nothing_is_missed(
    live_server: LiveFactory, relay: RelayProcess, database_url: str, tokens: Tokens, chance: random.Random
) -> None:
    world = World.make(database_url, customers=4)
    server = live_server()
    stream = Stream(server.own(), tokens.merchant(world.merchant_id))
    watcher = Watcher(stream, world, chance, (0.05, 1.0), away=(UNWATCHED_SECONDS + 1.0, UNWATCHED_SECONDS + 2.0))

    async def disturb() -> None:
        while watcher.connections < 6:
            traffic = asyncio.create_task(world.traffic(writers=8, orders_each=4, chance=chance))
            await asyncio.sleep(chance.uniform(0.2, 1.0))
            await asyncio.to_thread(relay.stop, signal.SIGKILL)
            await asyncio.to_thread(relay.rewind, chance.randint(0, 60))
            await asyncio.to_thread(relay.start)
            await traffic

    asyncio.run(check([(watcher, world.log)], disturb))
    assert server.child.said().count("paused") >= 4


def test_live_process_killed_and_started_again(
    live_server: LiveFactory, relay: RelayProcess, database_url: str, tokens: Tokens, chance: random.Random
) -> None:
    world = World.make(database_url, customers=3)
    server = live_server(heartbeat_seconds=0.2)

    async def disturb() -> None:
        traffic = asyncio.create_task(world.traffic(writers=8, orders_each=12, chance=chance))
        for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
            await asyncio.sleep(chance.uniform(0.5, 1.5))
            await asyncio.to_thread(server.child.stop, how)
            await asyncio.to_thread(relay.stop, signal.SIGKILL)
            await asyncio.to_thread(relay.start)
            await asyncio.to_thread(server.child.start)
        await traffic

    asyncio.run(check(viewers(world, tokens, server, chance, (5, 9)), disturb))


@pytest.mark.usefixtures("relay")
def test_events_missing_in_kafka_are_read_from_the_log(
    live_server: LiveFactory, relay: RelayProcess, database_url: str, tokens: Tokens, chance: random.Random
) -> None:
    """The numbers of some events never come: after 3 s all streams are dropped, and their resumption closes the gap."""
    world = World.make(database_url, customers=2)
    server = live_server()

    async def disturb() -> None:
        await world.order(world.customers[0], 5)
        await asyncio.sleep(1)
        relay.stop()
        await world.order(world.customers[1], 9)
        relay.rewind(-9)  # as if they had been published
        relay.start(without="tail-compared")  # or it would publish them
        await world.order(world.customers[0], 4)

    asyncio.run(check(viewers(world, tokens, server, chance, (60, 90)), disturb))
    assert "events missing" in server.child.said()
