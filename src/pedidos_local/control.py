"""The protocol between the command line and the supervisor: lines of JSON over loopback TCP, with a secret.

A request is one line {"token", "do", …}. Answers are lines; the last one has "done" (true) or "error" (a text).
"""

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator

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

    async def answer(request: Message, writer: asyncio.StreamWriter) -> None:
        async for message in handle(request):
            _write(writer, message)
            await writer.drain()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = json.loads(await asyncio.wait_for(reader.readline(), REQUEST_SECONDS))
            if not isinstance(request, dict) or not hmac.compare_digest(str(request.get("token")), token):
                _write(writer, {"error": "The token is not right."})
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

    return await asyncio.start_server(converse, "127.0.0.1", port, limit=MAX_LINE)


def ask(port: int, token: str, request: Message, timeout_seconds: float | None) -> Iterator[Message]:
    """Sends one request; yields the answers as they arrive. timeout_seconds limits the wait for each (None: no limit,
    for a listener that a person ends). Raises Unreachable without an answer, or if the answers end before the last one.
    """
    try:
        with socket.create_connection(("127.0.0.1", port), CONNECT_SECONDS) as connection:
            connection.settimeout(timeout_seconds)
            connection.sendall(json.dumps({"token": token, **request}).encode() + b"\n")
            with connection.makefile("rb") as lines:
                for line in lines:
                    answer: Message = json.loads(line)
                    yield answer
                    if "done" in answer or "error" in answer:
                        return
    except (OSError, ValueError) as error:
        raise Unreachable(str(error)) from error
    raise Unreachable("The supervisor has ended.")


def _write(writer: asyncio.StreamWriter, message: Message) -> None:
    writer.write(json.dumps(message).encode() + b"\n")
