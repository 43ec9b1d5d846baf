"""A client for server-sent events, as strict as the tests need it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.support.waiting import WAIT_SECONDS, until_async


@dataclass(frozen=True)
class Event:
    id: str
    type: str
    data: dict[str, Any]


class Refused(Exception):
    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"{status}: {body!r}")
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["Content-Type"] == "application/problem+json"
        problem: dict[str, Any] = json.loads(self.body)
        return problem


class Stream:
    """One viewer's stream over several connections: remembers the last event id as a browser does."""

    def __init__(self, url: str, token: str, last_event_id: str | None = None) -> None:
        self._url = url
        self._token = token
        self.last_event_id = last_event_id
        self.comments = 0
        self.events: list[Event] = []
        self.opened = asyncio.Event()

    async def is_open(self) -> None:
        """Returns when the first line has come."""
        await until_async(self.opened.is_set, "the stream to open")

    async def has_come_to(self, event_id: str) -> None:
        """Returns when this id was the last one that came."""
        await until_async(lambda: self.last_event_id == event_id, f"the id {event_id}")

    async def connect(self, session: aiohttp.ClientSession) -> AsyncIterator[Event]:
        """The events of one connection. Raises Refused, and aiohttp's errors when the connection breaks."""
        headers = {"Authorization": f"Bearer {self._token}"}
        if self.last_event_id is not None:
            headers["Last-Event-ID"] = self.last_event_id
        async with session.get(self._url, headers=headers) as response:
            if response.status != 200:
                raise Refused(response.status, response.headers, await response.read())
            assert response.headers["Content-Type"].startswith("text/event-stream")
            block: dict[str, str] = {}
            async for raw in response.content:
                self.opened.set()
                line = raw.decode().rstrip("\n")
                if line.startswith(":"):
                    self.comments += 1
                elif line:
                    name, _, value = line.partition(": ")
                    assert name in ("id", "event", "data", "retry"), line
                    block[name] = value
                else:
                    self.last_event_id = block.get("id", self.last_event_id)
                    if "data" in block:
                        event = Event(self.last_event_id or "", block["event"], json.loads(block["data"]))
                        self.events.append(event)
                        yield event
                    block = {}

    async def read(self, session: aiohttp.ClientSession, count: int, seconds: float = WAIT_SECONDS) -> list[Event]:
        """The next events of one connection."""
        events: list[Event] = []
        async with asyncio.timeout(seconds):
            async for event in self.connect(session):
                events.append(event)
                if len(events) == count:
                    break
        return events

    async def read_to_end(self, session: aiohttp.ClientSession, seconds: float = WAIT_SECONDS) -> list[Event]:
        async with asyncio.timeout(seconds):
            return [event async for event in self.connect(session)]


def ids(stream: Stream) -> list[str]:
    return [event.id for event in stream.events]


def drive(scenario: Callable[[aiohttp.ClientSession], Awaitable[None]]) -> None:
    """Runs the scenario with a session that has no time-out of its own."""

    async def run() -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None), read_bufsize=1 << 20) as session:
            await scenario(session)

    asyncio.run(run())
