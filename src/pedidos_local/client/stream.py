"""Following orders live: a stream that resumes where it was cut."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import ClientError, ClientTimeout

from pedidos.domain.retry import RetryPolicy
from pedidos_local.client.api_client import REPEATABLE, ApiClient, Json, Refused
from pedidos_local.client.sse import Message, Parser

SILENCE_SECONDS = 45.0
"""Three of the platform's heartbeats: a connection that is quiet for longer is dead."""

RECONNECT = RetryPolicy(base_seconds=0.5, cap_seconds=5.0, max_attempts=12)


class StreamLost(Exception):
    """The stream could not be resumed."""


@dataclass(frozen=True, slots=True)
class Event:
    """type: such as order.placed. data: the event as on Kafka, and published_at. received_at: seconds since 1970."""

    id: str | None
    type: str
    data: Json
    received_at: float

    @property
    def reasons(self) -> list[str]:
        """Why it came to that, in words; mostly there is nothing to say."""
        detail = self.data.get("detail") or {}
        said = [*([detail["reason"]] if detail.get("reason") else []), *detail.get("reasons", ())]
        return [*said, *(f"out of stock: {product}" for product in detail.get("out_of_stock", ()))]

    def moment(self, name: str) -> float | None:
        """occurred_at or published_at, in seconds since 1970; None when the event does not carry it."""
        text = self.data.get(name)
        return datetime.fromisoformat(text).timestamp() if text else None


async def follow(person: ApiClient, path: str, opened: Callable[[], None] = lambda: None) -> AsyncIterator[Event]:
    """The events of a path, for ever; opened is called each time that the stream stands: whatever happens from then on
    is told, even if the connection is cut before anything has come.

    Cut or ended, it is resumed after the last event seen, so that none is missed and none comes twice. Raises Refused
    when this person may not see it, StreamLost when the platform stays away.
    """
    parser = Parser()
    failures = 0

    def stands() -> None:
        nonlocal failures
        failures = 0
        opened()

    while True:
        parser = Parser(parser.last_id)
        try:
            async for message in _connect(person, path, parser, stands):
                if message.event.startswith("order."):
                    yield Event(message.id, message.event, json.loads(message.data), time.time())
        except (ClientError, TimeoutError) as failure:
            reason = str(failure) or type(failure).__name__
        except Refused as refused:
            if refused.status != 401 and refused.status not in REPEATABLE:
                raise
            reason = str(refused)
            if refused.status == 401:
                await person.sign_in()
        else:
            reason = "it ended"
        failures += 1
        delay = RECONNECT.delay(failures, random.random())  # noqa: S311  # jitter, not a secret
        if delay is None:
            raise StreamLost(f"{path}: {reason}")
        await asyncio.sleep(delay)


async def _connect(person: ApiClient, path: str, parser: Parser, stands: Callable[[], None]) -> AsyncIterator[Message]:
    headers = {**await person.headers(), "Accept": "text/event-stream"}
    if parser.last_id is not None:
        headers["Last-Event-ID"] = parser.last_id
    timeout = ClientTimeout(total=None, sock_connect=3.0, sock_read=SILENCE_SECONDS)
    async with person.session.get(path, headers=headers, timeout=timeout) as response:
        if response.status != 200:
            raise Refused(response.status, {"detail": (await response.text())[:200]})
        told = False
        async for chunk in response.content.iter_any():
            for message in parser.feed(chunk):
                yield message
            if not told and parser.last_id is not None:
                told = True
                stands()
