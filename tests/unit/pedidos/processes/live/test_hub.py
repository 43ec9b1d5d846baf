"""Who gets which event, and what happens to those who lag."""

import asyncio
from uuid import UUID

from pedidos.domain.cursor import Cursor
from pedidos.messaging.codec import Attributes, PublishedEvent
from pedidos.processes.live import hub
from pedidos.processes.live.frames import LiveEvent
from pedidos.processes.live.hub import Hub

ORDER, ORDER_2, CUSTOMER, CUSTOMER_2, MERCHANT, MERCHANT_2, STRANGER = (UUID(int=n) for n in range(7))


def event(number: int, order: UUID = ORDER, customer: UUID = CUSTOMER, merchant: UUID = MERCHANT) -> LiveEvent:
    attributes = Attributes(shard=0, number=number, cursor=Cursor(number, 1), log="", order_id=order, version=1)
    return LiveEvent(PublishedEvent(attributes, "order.placed", "received", customer, merchant, {}), 0)


def test_every_watcher_gets_its_own() -> None:
    async def scenario() -> None:
        center = Hub(buffer=10)
        topics = (
            hub.order(ORDER),
            hub.customer(CUSTOMER),
            hub.merchant(MERCHANT),
            hub.EVERYTHING,
            hub.customer(STRANGER),
        )
        subscriptions = [center.subscribe(topic, lambda: None) for topic in topics]
        center.publish(
            [event(1), event(2, customer=CUSTOMER_2, order=ORDER_2), event(3, merchant=MERCHANT_2, order=ORDER_2)]
        )
        now = asyncio.get_running_loop().time()
        seen = [[e.cursor.txid for e in await s.take(now)] for s in subscriptions]
        assert seen == [[1], [1, 3], [1, 2], [1, 2, 3], []]
        assert center.fronts == (Cursor(3, 1),)
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
