"""The HTTP response of one stream: sends the chunks, notices that the client has gone, and can be dropped."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pedidos.domain.access import Identity, Role
from pedidos.http import problems
from pedidos.http.problems import Problem
from pedidos.sentence import Sentence
from pedidos.telemetry.catalogue import streams as metrics

Chunks = AsyncGenerator[bytes, None]

EXPIRY_GRACE_SECONDS = 2.0
"""A stream ends when its token expires. If it is blocked in a send, it is dropped this number of seconds later."""


class Connection:
    """The task of one stream. The caller of drop() says whether the response can still be finished. owner: as whose
    stream it counts."""

    def __init__(self, task: "asyncio.Task[object]", identity: Identity) -> None:
        self._task = task
        self.identity = identity
        self.owner: UUID = identity.merchant_id or identity.account_id
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


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """The most streams of one process: in_all, of one customer, and of one merchant or operator."""

    in_all: int
    per_customer: int
    per_merchant: int

    def of(self, identity: Identity) -> int:
        """The most streams of this identity."""
        return self.per_customer if identity.role is Role.CUSTOMER else self.per_merchant


class Connections:
    """All streams of the process, up to a maximum number in all and for each owner."""

    def __init__(self, limits: StreamLimits) -> None:
        self._limits = limits
        self._open: set[Connection] = set()
        self._owned: Counter[UUID] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, task: "asyncio.Task[object]", identity: Identity) -> Connection:
        """Adds the task as a stream. The accounts of a merchant count together.

        Raises problems.TooManyStreams, problems.Unavailable.
        """
        connection = Connection(task, identity)
        most = self._limits.of(identity)
        if self._owned[connection.owner] >= most:
            detail = Sentence("{most} of your live streams are already open.", most=most)
            raise problems.TooManyStreams(detail, most=most)
        if len(self._open) >= self._limits.in_all:
            raise problems.Unavailable(Sentence("The server has reached its maximum number of live streams."))
        self._open.add(connection)
        self._owned[connection.owner] += 1
        return connection

    def remove(self, connection: Connection) -> None:
        if connection not in self._open:
            return
        self._open.remove(connection)
        self._owned[connection.owner] -= 1
        if not self._owned[connection.owner]:
            del self._owned[connection.owner]

    def drop_all(self, reason: str) -> None:
        """Ends every stream. The clients reconnect with their Last-Event-ID."""
        for connection in list(self._open):
            connection.drop(reason, finish=True)

    def drop_revoked(self, revoked: Callable[[Identity], bool]) -> None:
        """Ends the streams whose tokens are revoked. Their clients reconnect, and get 401."""
        for connection in list(self._open):
            if revoked(connection.identity):
                connection.drop("revoked", finish=False)  # a client that reads nothing would hold up the last chunk


class EventStream(Response):
    """A response of server-sent events. Starlette's StreamingResponse would need two more tasks per stream."""

    media_type = "text/event-stream"

    def __init__(
        self,
        first: bytes,
        rest: Chunks,
        connection: Connection,
        expires_at: int,
        close: Callable[[], None],
        headers: Mapping[str, str],
    ) -> None:
        """first is sent at once, then the chunks of rest. expires_at: in seconds since the epoch."""
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", **headers})
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
            metrics.STREAMS_ENDED[connection.dropped or "finished"].inc()
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
