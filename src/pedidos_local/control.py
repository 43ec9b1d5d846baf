"""The protocol between the supervisor and those who ask it: lines of JSON.

A request is one line {"do", …}. Answers are lines; the last one has "done" (true) or "error" (a text). The command line
asks over loopback TCP, with "token"; others over a Unix socket (local_socket.py), which needs none.
"""

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from pedidos.sentence import Sentence

CONNECT_SECONDS = 2.0
REQUEST_SECONDS = 5.0
MAX_LINE = 64 * 1024

Message = dict[str, object]
Handler = Callable[[Message], AsyncIterator[Message]]
"""Answers one request. Cancelled when the client has disconnected."""


class Unreachable(Exception):
    """No supervisor answers."""


async def serve(port: int, token: str, handle: Handler) -> asyncio.Server:
    """Listens on loopback. Raises OSError if the port is taken."""

    def refusal(request: Message, _writer: asyncio.StreamWriter) -> str | None:
        return None if hmac.compare_digest(str(request.get("token")), token) else "The token is not right."

    return await asyncio.start_server(conversation(handle, refusal), "127.0.0.1", port, limit=MAX_LINE)


def conversation(
    handle: Handler, refusal: Callable[[Message, asyncio.StreamWriter], str | None]
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """What a server does with a connection. refusal: why the request is not answered; None if it is."""

    async def answer(request: Message, writer: asyncio.StreamWriter) -> None:
        async for message in handle(request):
            _write(writer, message)
            await writer.drain()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = json.loads(await asyncio.wait_for(reader.readline(), REQUEST_SECONDS))
            refused = refusal(request, writer) if isinstance(request, dict) else "A request is an object."
            if refused is not None:
                _write(writer, {"error": refused})
                return
            answering = asyncio.create_task(answer(request, writer))
            gone = asyncio.create_task(reader.read())  # clients send nothing else: ends with the connection
            await asyncio.wait([answering, gone], return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
            answering.cancel()
            await asyncio.wait([answering])
            if not answering.cancelled():
                answering.result()
        except (ValueError, TimeoutError, ConnectionError):
            return  # not one of our clients, or gone
        finally:
            writer.close()

    return converse


def ask(port: int, token: str, request: Message, timeout_seconds: float | None) -> Iterator[Message]:
    """Sends one request; yields the answers as they arrive. timeout_seconds limits the wait for each (None: no limit,
    for a listener that a person ends). Raises Unreachable without an answer, or if the answers end before the last one.
    """
    try:
        with socket.create_connection(("127.0.0.1", port), CONNECT_SECONDS) as connection:
            yield from talk(connection, {"token": token, **request}, timeout_seconds)
    except (OSError, ValueError) as error:
        raise Unreachable(str(error)) from error


def talk(connection: socket.socket, request: Message, timeout_seconds: float | None) -> Iterator[Message]:
    """Sends one request over a connection; yields the answers. Raises OSError, ValueError, and Unreachable if they end
    before the last one."""
    connection.settimeout(timeout_seconds)
    connection.sendall(json.dumps(request).encode() + b"\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            answer: Message = json.loads(line)
            yield answer
            if "done" in answer or "error" in answer:
                return
    raise Unreachable(Sentence("The supervisor has ended."))


def _write(writer: asyncio.StreamWriter, message: Message) -> None:
    writer.write(json.dumps(message).encode() + b"\n")
