"""Clients that send requests as fast as they are answered, or open connections and send nothing."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count

import orjson

from pedidos_bench.attacks.aim import Aim, tls

Request = Callable[[int], bytes]
"""The bytes of the n-th request."""

PAUSE_SECONDS = 0.2
AGAIN_SECONDS = 5.0
LOOPBACK = "127.0.0.1"


def request(aim: Aim, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> bytes:
    """An HTTP/1.1 request to the edge."""
    data = b"" if body is None else orjson.dumps(body)
    every = {
        "Host": aim.authority,
        "Content-Type": "application/json",
        "Content-Length": str(len(data)),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in every.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + data


async def flood(aim: Aim, connections: int, requests: Request, pause_seconds: float = 0.0) -> None:
    """Sends the requests over these connections, one after the other on each, with a pause after each answer. A lost
    connection is replaced."""
    context = tls(aim, "http/1.1")
    numbers = count()

    async def one() -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(aim.host, aim.port, ssl=context)
                try:
                    while True:
                        writer.write(requests(next(numbers)))
                        await _answer(reader)
                        await asyncio.sleep(pause_seconds)
                finally:
                    writer.transport.abort()
            await asyncio.sleep(PAUSE_SECONDS)

    await asyncio.gather(*(one() for _ in range(connections)))


async def streams(aim: Aim, connections: int) -> None:
    """Opens live streams of one customer, each on a connection of its own. A client that is refused asks again later on
    its connection; a lost connection is replaced."""
    context = tls(aim, "http/1.1")
    opening = request(aim, "GET", "/v1/events", headers={"Authorization": f"Bearer {aim.tokens[-1]}"})

    async def one() -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(aim.host, aim.port, ssl=context)
                try:
                    while True:
                        writer.write(opening)
                        if (await reader.readuntil(b"\r\n")).split()[1] == b"200":
                            break
                        await _answer(reader)
                        await asyncio.sleep(AGAIN_SECONDS)
                    while await reader.read(1 << 16):
                        pass
                finally:
                    writer.transport.abort()
            await asyncio.sleep(PAUSE_SECONDS)

    await asyncio.gather(*(one() for _ in range(connections)))


async def idle(port: int, connections: int, said: bytes = b"") -> None:
    """Opens plain connections to a port on loopback, sends these bytes and nothing more. A closed connection is
    replaced at once."""

    async def one() -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(LOOPBACK, port)
                writer.write(said)
                while await reader.read(1 << 16):
                    pass
                writer.close()
            await asyncio.sleep(PAUSE_SECONDS)

    await asyncio.gather(*(one() for _ in range(connections)))


async def _answer(reader: asyncio.StreamReader) -> None:
    """Reads one answer. Raises asyncio.IncompleteReadError at the end of the connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, found, rest = head.partition(b"\r\ncontent-length:")
    if found:
        await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
        return
    while (size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)) > 0:
        await reader.readexactly(size + 2)
    await reader.readuntil(b"\r\n")
