"""Following orders live: a stream that resumes where it was cut."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime

import stamina
from httpx2 import ServerSentEvent, Timeout, TransportError

from pedidos.sentence import Sentence
from pedidos_local.client.api_client import CONNECT_SECONDS, ApiClient, Json, Refused, reason, retry_delay

SILENCE_SECONDS = 45.0
"""Three of the platform's heartbeats: a connection that is quiet for longer is dead."""

RECONNECT = stamina.AsyncRetryingCaller(
    attempts=12, timeout=None, wait_initial=0.5, wait_exp_base=1.25, wait_max=5.5, wait_jitter=0.5
)
"""Half a minute in all. The longest wait stays below wait_max, at which stamina would add no jitter."""

PAUSE_SECONDS = (0.25, 0.5)
"""Shortest and longest pause before a stream that was open is opened again."""


Connection = tuple[AsyncExitStack, AsyncIterator[ServerSentEvent]]
"""What closes an open connection, and its messages from the first one on."""


class StreamLost(Exception):
    """The stream could not be resumed."""


@dataclass(frozen=True, slots=True)
class Event:
    """type: such as order.placed. data: the event as on Kafka, and published_at. received_at: seconds since 1970."""

    id: str
    type: str
    data: Json
    received_at: float

    @property
    def reasons(self) -> list[str]:
        """The reasons for the event, as text. Most events have none."""
        detail = self.data.get("detail") or {}
        return [*([detail["reason"]] if detail.get("reason") else []), *detail.get("reasons", ())]

    def moment(self, name: str) -> float | None:
        """occurred_at or published_at, in seconds since 1970; None when the event does not carry it."""
        text = self.data.get(name)
        return datetime.fromisoformat(text).timestamp() if text else None


async def follow(person: ApiClient, path: str, opened: Callable[[], None] = lambda: None) -> AsyncIterator[Event]:
    """The events of a path, without end. opened is called each time that the stream is open: from then on the caller
    gets every event, even if the connection is cut before the first one.

    A stream that is cut or that ends is resumed after the last event seen, so that none is missed and none comes
    twice. Raises Refused when this account may not see it, StreamLost when the platform stays away.
    """
    last_id = ""
    while True:
        connection, messages = await _open(person, path, last_id)
        async with connection:
            opened()
            with suppress(TransportError):  # it is cut, or silent for too long
                async for message in messages:
                    last_id = message.id or last_id
                    if message.event.startswith("order."):
                        yield Event(message.id, message.event, json.loads(message.data), time.time())
        await asyncio.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311  # jitter, not a secret


async def _open(person: ApiClient, path: str, last_id: str) -> Connection:
    try:
        return await RECONNECT(_retry_delay, _connect, person, path, last_id)
    except (Refused, TransportError) as failure:
        if not _retry_delay(failure):
            raise
        raise StreamLost(Sentence("{path}: {reason}", path=path, reason=reason(failure))) from failure


def _retry_delay(failure: Exception) -> bool | float:
    renewed = isinstance(failure, Refused) and failure.status == 401
    return renewed or isinstance(failure, StreamLost) or retry_delay(failure)


async def _connect(person: ApiClient, path: str, last_id: str) -> Connection:
    """Returns when the stream can be resumed: it has named an event, or goes on from last_id."""
    headers = await person.headers()
    if last_id:
        headers["Last-Event-ID"] = last_id
    timeout = Timeout(None, connect=CONNECT_SECONDS, read=SILENCE_SECONDS)
    async with AsyncExitStack() as held:
        source = await held.enter_async_context(person.http.sse(path, headers=headers, timeout=timeout))
        if source.response.status_code != 200:
            await source.response.aread()
            if source.response.status_code == 401:
                await person.sign_in()
            raise Refused.by(source.response)
        messages, first = aiter(source), list[ServerSentEvent]()
        async for message in messages:
            first.append(message)
            if last_id or message.id:
                return held.pop_all(), _chained(first, messages)
        raise StreamLost(Sentence("{path}: it ended", path=path))


async def _chained(
    first: Iterable[ServerSentEvent], rest: AsyncIterator[ServerSentEvent]
) -> AsyncIterator[ServerSentEvent]:
    for message in first:
        yield message
    async for message in rest:
        yield message
