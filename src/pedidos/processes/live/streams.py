"""The content of a stream, as chunks of bytes: first from the event log, then live."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable
from uuid import UUID

from pedidos.domain.access import ALL_ORDERS, Identity, OrderScope, scope_of
from pedidos.domain.cursor import START, Cursor
from pedidos.domain.seen import NOTHING, Seen
from pedidos.errors import PedidosError
from pedidos.http import problems
from pedidos.processes.live import frames, hub
from pedidos.processes.live.connection import Chunks
from pedidos.processes.live.database import Database
from pedidos.processes.live.hub import Hub, Subscription
from pedidos.sentence import Sentence
from pedidos.storage.event_log import lineage, owner_replay
from pedidos.storage.event_log.boundary import current_boundary
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.order_replay import replay_order

PAGE = 2000
"""Events that one statement reads."""
REPLAY_ORDERS = 10_000
"""A customer or a merchant can resume if at most this number of their orders have changed since their cursor."""
REPLAY_EVENTS = 50_000
"""An operator, who sees all orders, can resume if they are at most this number of events behind."""
RETRY_MILLISECONDS = (500, 1500)
"""Each client reconnects after a random time in this range, so that they do not all come at once after a restart."""

Overflow = Callable[[], None]


class NothingFollows(PedidosError):
    """The client has already received the last event of the order."""


class Streams:
    """Produces the chunks of a stream.

    The first chunk follows the answer of PostgreSQL, so an error before it can still be answered with a status:
    problems.Unavailable, and for one order problems.NotFound or NothingFollows.
    """

    def __init__(self, database: Database, hub_: Hub, heartbeat_seconds: float) -> None:
        self._database = database
        self._hub = hub_
        self._heartbeat = heartbeat_seconds

    async def order_events(
        self, identity: Identity, locale: str, order_id: UUID, after: Seen | None, overflow: Overflow
    ) -> Chunks:
        """The timeline of an order, or its events after the cursor. Then live events, until the order is finished."""
        subscription = self._hub.subscribe(hub.order(order_id), overflow)
        try:
            if after is not None and await self._database.ask(lineage.doubtful, *after.cursors):
                after = None  # the cursor may be of an earlier log: the whole timeline is sent
            begin = START if after is None else after.of_order(order_id)
            opened = await self._database.ask(replay_order, order_id, begin)
            if opened is None or not scope_of(identity).includes(opened.customer_id, opened.merchant_id):
                raise problems.NotFound
            finished = opened.status in frames.FINAL
            if finished and after is not None and not opened.events and opened.whole:
                raise NothingFollows
            yield _opening() + _logged(identity, locale, opened.events, after or NOTHING)
            if not opened.whole:
                yield frames.reset(Cursor(opened.boundary, 0))
            if finished:
                yield frames.end("order finished")
                return
            async for chunk in self._live(subscription, opened.boundary, identity, locale, until_final=True):
                yield chunk
        finally:
            self._hub.unsubscribe(subscription)

    async def own_events(self, identity: Identity, locale: str, after: Seen | None, overflow: Overflow) -> Chunks:
        """The events of all orders that the account may see, after the cursor or from now on."""
        scope = scope_of(identity)
        lost = False
        opening = _opening()
        if after is not None:
            reach = await self._database.ask(owner_replay.reach, scope, after.floor, _replay_limit(scope))
            yield opening
            opening = b""
            lost = not reach.possible or await self._database.ask(lineage.doubtful, *after.cursors)
            if not lost:
                # The stream is not subscribed yet, so a long replay cannot overflow its buffer.
                async for chunk in self._replay(identity, locale, after, reach.boundary):
                    yield chunk
            after = after.raised(Cursor(reach.boundary, 0))
        subscription = self._hub.subscribe(hub.of_scope(scope), overflow)
        try:
            boundary = await self._database.ask(current_boundary)
            if after is not None and not lost:
                async for chunk in self._replay(identity, locale, after, boundary):
                    yield chunk
            here = Cursor(boundary, 0)
            # From now on the client has an id to reconnect with, even if it never gets an event.
            yield opening + (frames.reset(here) if lost else frames.identifier(Seen(here)))
            async for chunk in self._live(subscription, boundary, identity, locale, until_final=False):
                yield chunk
        finally:
            self._hub.unsubscribe(subscription)

    async def _replay(self, identity: Identity, locale: str, after: Seen, upto: int) -> Chunks:
        scope = scope_of(identity)
        place = after.floor
        while True:
            page = await self._database.ask(owner_replay.page, scope, place, upto, PAGE)
            if not page.whole:
                # Events were removed during the replay, or too many were added. The client reconnects and gets a reset.
                raise problems.Unavailable(Sentence("These events were removed, or there are too many: connect again."))
            events = [event for event in page.events if not after.has(event.order_id, event.cursor)]
            if events:
                yield _logged(identity, locale, events, after)
            if page.end is None:
                return
            place = page.end

    async def _live(
        self, subscription: Subscription, boundary: int, identity: Identity, locale: str, *, until_final: bool
    ) -> Chunks:
        loop = asyncio.get_running_loop()
        base = Cursor(boundary, 0)
        expires = loop.time() + identity.expires_at - time.time()
        silence = loop.time() + self._heartbeat
        while loop.time() < expires:
            came = await subscription.take(min(silence, expires))
            # Events below the boundary were in the replay.
            events = [event for event in came if event.cursor.txid >= boundary]
            if events:
                yield b"".join([event.frame(identity.role, locale, base) for event in events])
                if until_final and any(event.final for event in events):
                    yield frames.end("order finished")
                    return
            elif loop.time() >= silence:
                yield self._beat(boundary)
            else:
                continue
            silence = loop.time() + self._heartbeat
        yield frames.end("token expired")

    def _beat(self, boundary: int) -> bytes:
        """A heartbeat. All events that were handed out are sent, so the client's cursor moves to the last one."""
        base = Cursor(boundary, 0)
        seen = Seen.of(self._hub.fronts, base)
        return frames.HEARTBEAT + (b"\n" if seen == Seen(base) else frames.identifier(seen))


def _logged(identity: Identity, locale: str, events: Iterable[LoggedEvent], seen: Seen) -> bytes:
    return b"".join([frames.of_logged(identity.role, event, locale, seen) for event in events])


def _replay_limit(scope: OrderScope) -> int:
    return REPLAY_EVENTS if scope == ALL_ORDERS else REPLAY_ORDERS


def _opening() -> bytes:
    return frames.retry(random.randint(*RETRY_MILLISECONDS))  # noqa: S311  # jitter, not a secret
