"""Hands each event to the streams that show it. Everything here runs on the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from uuid import UUID

from pedidos.domain.access import OrderScope
from pedidos.domain.cursor import START, Cursor
from pedidos.processes.live.frames import LiveEvent

Topic = tuple[str, UUID | None]

EVERYTHING: Topic = ("everything", None)


def order(order_id: UUID) -> Topic:
    return "order", order_id


def customer(customer_id: UUID) -> Topic:
    return "customer", customer_id


def merchant(merchant_id: UUID) -> Topic:
    return "merchant", merchant_id


def of_scope(scope: OrderScope) -> Topic:
    """The topic of the events of these orders."""
    if scope.customer_id is not None:
        return customer(scope.customer_id)
    return EVERYTHING if scope.merchant_id is None else merchant(scope.merchant_id)


class Subscription:
    """The events that one stream has not sent yet."""

    __slots__ = ("_buffer", "_limit", "_loop", "_overflow", "_waiter", "topic")

    def __init__(self, topic: Topic, limit: int, overflow: Callable[[], None]) -> None:
        self.topic = topic
        self._limit = limit
        self._overflow = overflow
        self._buffer: deque[LiveEvent] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()

    def put(self, event: LiveEvent) -> None:
        if len(self._buffer) >= self._limit:
            self._overflow()
            return
        self._buffer.append(event)
        if self._waiter is not None:
            _wake(self._waiter)

    async def take(self, until: float) -> list[LiveEvent]:
        """Waits for events and returns all that are there; empty if none arrived. until: in the event loop's time."""
        if not self._buffer:
            self._waiter = self._loop.create_future()
            timer = self._loop.call_at(until, _wake, self._waiter)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        events = list(self._buffer)
        self._buffer.clear()
        return events


class Hub:
    """The index of subscriptions by topic."""

    def __init__(self, buffer: int) -> None:
        """buffer: the number of events by which a stream may lag."""
        self._buffer = buffer
        self._watchers: dict[Topic, set[Subscription]] = {}
        self._fronts: tuple[Cursor, ...] = (START,)

    @property
    def fronts(self) -> tuple[Cursor, ...]:
        """The cursor of the newest event that was handed out, of each part."""
        return self._fronts

    @property
    def watched(self) -> bool:
        """Whether there is any subscription. Can be read in any thread."""
        return bool(self._watchers)

    def subscribe(self, topic: Topic, overflow: Callable[[], None]) -> Subscription:
        """overflow: called when the stream lags too far. It has lost events then, and must be dropped."""
        subscription = Subscription(topic, self._buffer, overflow)
        self._watchers.setdefault(topic, set()).add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        watchers = self._watchers.get(subscription.topic)
        if watchers is not None:
            watchers.discard(subscription)
            if not watchers:
                del self._watchers[subscription.topic]

    def publish(self, events: Iterable[LiveEvent]) -> None:
        for live in events:
            self._fronts = live.fronts or (live.cursor,)
            event = live.event
            for topic in (
                order(event.order_id),
                customer(event.customer_id),
                merchant(event.merchant_id),
                EVERYTHING,
            ):
                for subscription in self._watchers.get(topic, ()):
                    subscription.put(live)


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
