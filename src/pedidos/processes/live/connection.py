"""The HTTP response of one stream: sends the chunks, notices that the client has gone, and can be dropped."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pedidos.http.problems import Problem

Chunks = AsyncGenerator[bytes, None]

EXPIRY_GRACE_SECONDS = 2.0
"""A stream ends when its token expires. If it is blocked in a send, it is dropped this number of seconds later."""


class Connection:
    """The task of one stream. The caller of drop() says whether the response can still be finished."""

    def __init__(self, task: "asyncio.Task[object]") -> None:
        self._task = task
        self.dropped: str | None = None
        self.finish = False

    def drop(self, reason: str, *, finish: bool) -> None:
        if self.dropped is None:
            self.dropped, self.finish = reason, finish
            self._task.cancel()

    def stay(self) -> None:
        """Withdraws the cancellation after it is caught, so that the task can send its last message."""
        self._task.uncancel()

    def overflow(self) -> None:
        self.drop("slow reader", finish=False)


class Connections:
    """All streams of the process, up to a maximum number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Connection] = set()

    def __len__(self) -> int:
        return len(self._open)

    def add(self) -> Connection | None:
        """Adds the current task as a stream. None if the maximum is reached."""
        task = asyncio.current_task()
        if task is None or len(self._open) >= self._most:
            return None
        connection = Connection(task)
        self._open.add(connection)
        return connection

    def remove(self, connection: Connection) -> None:
        self._open.discard(connection)

    def drop_all(self, reason: str) -> None:
        """Ends every stream. The clients reconnect with their Last-Event-ID."""
        for connection in list(self._open):
            connection.drop(reason, finish=True)


class EventStream(Response):
    """A response of server-sent events. Starlette's StreamingResponse would need two more tasks per stream."""

    media_type = "text/event-stream"

    def __init__(
        self, first: bytes, rest: Chunks, connection: Connection, expires_at: int, close: Callable[[], None]
    ) -> None:
        """first is sent at once, then the chunks of rest. expires_at: in seconds since the epoch."""
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._first = first
        self._rest = rest
        self._connection = connection
        self._expires_at = expires_at
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = self._connection
        watch = asyncio.create_task(_watch(receive, connection))
        expiry = asyncio.get_running_loop().call_later(
            self._expires_at - time.time() + EXPIRY_GRACE_SECONDS, lambda: connection.drop("expired", finish=False)
        )
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._send_all(send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except Problem as problem:
            scope["state"]["ended"] = problem.title  # the client reconnects and gets the problem
        except asyncio.CancelledError:
            if connection.dropped is None:
                raise
            connection.stay()
            scope["state"]["ended"] = connection.dropped
            if connection.finish:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            expiry.cancel()
            watch.cancel()
            self._close()

    async def _send_all(self, send: Send) -> None:
        async with aclosing(self._rest) as rest:
            await send({"type": "http.response.body", "body": self._first, "more_body": True})
            async for chunk in rest:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _watch(receive: Receive, connection: Connection) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    connection.drop("client gone", finish=False)
