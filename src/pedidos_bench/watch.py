"""The watchers: customers with open event streams, who record when they saw each event, at little CPU.

python -m pedidos_bench.watch reads {"url", "ca_file", "headers"} as JSON from the first line of standard input, opens a
stream with each of these headers, which say who watches, and writes "open" to standard output when all are open. The
next line is an event type and a number: when that many orders have been seen with this event, or ten seconds later, it
writes [[order id, event type, time.monotonic() when it was first seen], …] and ends.
"""

import asyncio
import resource
import ssl
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

import httptools
import orjson

OPEN_SECONDS = 60.0
AT_ONCE = 50
"""Number of streams that are opened at a time: the listening socket's queue is short."""

SPARE_FILES = 100
LAST_SECONDS = 10.0
"""Maximum wait for the last events."""


class NotOpened(Exception):
    """A stream could not be opened, or has ended."""


class Stream(asyncio.Protocol):
    """One open stream."""

    def __init__(self, request: bytes, seen: "Seen") -> None:
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = request
        self._seen = seen
        self._parser = httptools.HttpResponseParser(self)
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # that is what create_connection makes
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        if not self.open.done():
            self._opened()
        now = time.monotonic()
        *messages, self._rest = (self._rest + body).split(b"\n\n")
        for message in messages:
            fields = dict(line.split(b": ", 1) for line in message.splitlines())  # a comment has the field b""
            event = fields.get(b"event", b"").decode()
            if event.startswith("order."):
                self._seen.note(orjson.loads(fields[b"data"])["order_id"], event, now)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(NotOpened(f"the connection was closed: {exc}"))

    def _opened(self) -> None:
        status = self._parser.get_status_code()
        if status == 200:
            self.open.set_result(None)
        else:
            self.open.set_exception(NotOpened(f"a stream was answered with {status}"))


class Seen:
    """moments: (order id, event type) → when it was first seen."""

    def __init__(self) -> None:
        self.moments: dict[tuple[str, str], float] = {}
        self._counts: Counter[str] = Counter()
        self._awaited: tuple[str, int] | None = None
        self._enough = asyncio.Event()

    def note(self, order_id: str, kind: str, moment: float) -> None:
        if (order_id, kind) in self.moments:
            return
        self.moments[order_id, kind] = moment
        self._counts[kind] += 1
        self._look()

    async def enough(self, kind: str, number: int) -> None:
        """Returns when `number` orders have been seen with this event."""
        self._awaited = kind, number
        self._look()
        await self._enough.wait()

    def _look(self) -> None:
        if self._awaited is not None and self._counts[self._awaited[0]] >= self._awaited[1]:
            self._enough.set()


async def watch(url: str, ca_file: str | None, headers: Sequence[str]) -> Seen:
    """Keeps a stream open for each header until it is told to end."""
    address = urlsplit(url)
    context = ssl.create_default_context(cafile=ca_file) if address.scheme == "https" else None
    loop = asyncio.get_running_loop()
    seen = Seen()
    gate = asyncio.Semaphore(AT_ONCE)

    async def opened(header: str) -> None:
        head = f"GET /v1/events HTTP/1.1\r\nHost: {address.netloc}\r\n{header}\r\n\r\n"
        async with gate:
            _, stream = await loop.create_connection(
                lambda: Stream(head.encode(), seen), address.hostname or "", address.port or 443, ssl=context
            )
            await stream.open

    async with asyncio.timeout(OPEN_SECONDS):
        await asyncio.gather(*map(opened, headers))
    print("open", flush=True)  # noqa: T201  # the word that is waited for
    told: bytes = await asyncio.to_thread(sys.stdin.buffer.readline)
    if told:
        kind, number = told.split()
        with suppress(TimeoutError):  # events that are still missing are missing in the output
            async with asyncio.timeout(LAST_SECONDS):
                await seen.enough(kind.decode(), int(number))
    return seen


def allow_files(streams: int) -> None:
    """Raises the limit of open files: each stream is one, and the soft limit of a shell is often 1024 or 256."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = streams + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )


def main() -> None:
    job = orjson.loads(sys.stdin.buffer.readline())
    allow_files(len(job["headers"]))
    seen = asyncio.run(watch(**job))
    sys.stdout.buffer.write(orjson.dumps([(*key, moment) for key, moment in seen.moments.items()]))


if __name__ == "__main__":
    main()
