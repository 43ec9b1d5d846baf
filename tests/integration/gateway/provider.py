"""A payment provider that answers as a test says, over HTTP on loopback."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson

Script = Callable[[str, bytes], bytes]
"""The bytes of an answer to a request of this key with this head, after which the connection is closed."""


class Provider:
    """Says, to a request of a key, what the script for it makes; without one, that it was captured. heard: the head of
    each request. connections: how many there were. silent: keys whose requests get no answer."""

    def __init__(self) -> None:
        self.scripts: dict[str, Script] = {}
        self.silent: set[str] = set()
        self.heard: list[bytes] = []
        self.connections = 0
        self.url = ""
        self._open: set[asyncio.StreamWriter] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def hang_up(self) -> None:
        """Closes all connections that are open."""

        async def close() -> None:
            for writer in list(self._open):
                writer.close()
                await writer.wait_closed()

        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            while await self._answered(reader, writer):
                pass
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers a request; returns whether the connection goes on."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.heard.append(head)
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        await reader.readexactly(int(lines.get(b"content-length", 0)))
        key = lines[b"idempotency-key"].decode()
        if key in self.silent:
            return True
        script = self.scripts.get(key)
        writer.write(json(captured(key)) if script is None else script(key, head))
        await writer.drain()
        return script is None


@contextmanager
def serving() -> Iterator[Provider]:
    """A provider, on a thread of its own."""
    made = Provider()
    begun, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with await asyncio.start_server(made._answer, "127.0.0.1", 0) as server:
            made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            made._loop = asyncio.get_running_loop()
            begun.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert begun.wait(10)
    yield made
    over.set()
    thread.join(10)


def captured(key: str, **changes: object) -> dict[str, object]:
    good = {"key": key, "status": "captured", "reference": "ch_1", "reason": None, "amount_cents": 100}
    return good | changes


def response(body: bytes, *headers: str, status: str = "201 Created") -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def json(said: object) -> bytes:
    return response(orjson.dumps(said))


def chunked(*parts: bytes) -> bytes:
    head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
