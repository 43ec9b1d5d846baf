"""python -m pedidos_bench.hooks.receiver: takes webhooks on a free port of loopback, and counts them.

It answers at once, so that the sender is what is measured: it reads no more of HTTP than a sender that keeps its
connections needs. Paths: /take answers 200, /refuse 503, /slow 200 after SLOW_SECONDS. GET /seen says what came, and
begins to count from zero. It prints its port, and ends when its standard input does.
"""

import asyncio
import sys
import time
from dataclasses import dataclass, field

import orjson

from pedidos_local.ports import LOOPBACK

SLOW_SECONDS = 10.0
SENT_AT = b'"sent_at":'
"""The member of a body that says when its event was written, as time.time()."""

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_REFUSED = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Counted:
    """delays: of what came to /take, in milliseconds after it was written. first, last: when, as time.monotonic()."""

    delays: list[float] = field(default_factory=list)
    slow: int = 0
    refused: int = 0
    first: float = 0.0
    last: float = 0.0


class Receiver(asyncio.Protocol):
    """One connection of the sender."""

    def __init__(self, counted: list[Counted]) -> None:
        self._counted = counted
        self._bytes = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # of TCP
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        while (end := self._bytes.find(b"\r\n\r\n")) >= 0:
            head = self._bytes[:end]
            length = _length(head)
            if len(self._bytes) < end + 4 + length:
                return
            body, self._bytes = self._bytes[end + 4 : end + 4 + length], self._bytes[end + 4 + length :]
            self._answer(head.split(b" ", 2)[1], body)

    def _answer(self, path: bytes, body: bytes) -> None:
        (counted,) = self._counted
        if path == b"/take":
            now = time.monotonic()
            counted.delays.append((time.time() - _sent_at(body)) * 1000)
            counted.first, counted.last = counted.first or now, now
            self._write(_OK)
        elif path == b"/refuse":
            counted.refused += 1
            self._write(_REFUSED)
        elif path == b"/slow":
            counted.slow += 1
            asyncio.get_running_loop().call_later(SLOW_SECONDS, self._write, _OK)
        else:
            self._counted[0] = Counted()
            said = orjson.dumps(counted)
            self._write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))

    def _write(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _sent_at(body: bytes) -> float:
    begin = body.index(SENT_AT) + len(SENT_AT)
    return float(body[begin : begin + 20].split(b"}", 1)[0].split(b",", 1)[0])


async def main() -> None:
    counted = [Counted()]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Receiver(counted), LOOPBACK, 0, backlog=1000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
