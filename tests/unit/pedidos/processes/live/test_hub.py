"""Who gets which event, and what happens to those who lag."""

import asyncio

from pedidos.domain.cursor import Cursor
from pedidos.processes.live import hub
from pedidos.processes.live.frames import LiveEvent
from pedidos.processes.live.hub import Hub


def event(number: int, order: str = "o", customer: str = "c", merchant: str = "m") -> LiveEvent:
    return LiveEvent(Cursor(number, 1), 0, order, customer, merchant, False, {})


def test_every_watcher_gets_its_own() -> None:
    async def scenario() -> None:
        center = Hub(buffer=10)
        topics = (hub.order("o"), hub.customer("c"), hub.merchant("m"), hub.EVERYTHING, hub.customer("x"))
        subscriptions = [center.subscribe(topic, lambda: None) for topic in topics]
        center.publish([event(1), event(2, customer="d", order="p"), event(3, merchant="n", order="p")])
        now = asyncio.get_running_loop().time()
        seen = [[e.cursor.txid for e in await s.take(now)] for s in subscriptions]
        assert seen == [[1], [1, 3], [1, 2], [1, 2, 3], []]
        assert center.last == Cursor(3, 1)
        for subscription in subscriptions:
            center.unsubscribe(subscription)
            center.unsubscribe(subscription)
        center.publish([event(4)])
        assert await subscriptions[0].take(now) == []

    asyncio.run(scenario())


def test_waits_for_an_event() -> None:
    async def scenario() -> None:
        center = Hub(buffer=10)
        subscription = center.subscribe(hub.EVERYTHING, lambda: None)
        loop = asyncio.get_running_loop()
        waiting = asyncio.create_task(subscription.take(loop.time() + 5))
        await asyncio.sleep(0)
        center.publish([event(1), event(2)])
        assert [e.cursor.txid for e in await waiting] == [1, 2]

    asyncio.run(scenario())


def test_overflow_is_told_to_the_one_who_lags() -> None:
    async def scenario() -> None:
        center = Hub(buffer=2)
        lost: list[str] = []
        center.subscribe(hub.EVERYTHING, lambda: lost.append("lazy"))
        quick = center.subscribe(hub.EVERYTHING, lambda: lost.append("quick"))
        for number in range(3):
            center.publish([event(number)])
            await quick.take(0)
        assert lost == ["lazy"]

    asyncio.run(scenario())
