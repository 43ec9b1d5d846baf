"""The load client: places orders with as little CPU as possible, and records the result of each.

python -m pedidos_bench.load reads a Job as JSON from standard input and writes its Record to standard output. It is a
separate process, so that its CPU time is counted separately. Each connection carries one request at a time and is kept
alive.
"""

import asyncio
import resource
import ssl
import sys
import time
from collections import deque
from itertools import count
from urllib.parse import urlsplit

import httptools
import orjson

from pedidos_bench.job import Job, Placed, Record, due_at

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
"""A connection that has sent no answer for this long is closed."""


class Line(asyncio.Protocol):
    """One connection. It sends the run's next request when it is free."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._number: int | None = None
        self._due = self._sent = 0.0
        self._parts: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # that is what create_connection makes
        self._transport = transport

    def send(self, number: int, due: float) -> None:
        """Sends a request; only if no request is in flight."""
        assert self._transport is not None  # noqa: S101  # create_connection has returned
        self._number = number
        self._due = due
        self._sent = time.monotonic()
        self._transport.write(self._run.request(number))

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        answered = time.monotonic()
        status = self._parser.get_status_code()
        body = b"".join(self._parts)
        self._parts.clear()
        order_id = orjson.loads(body)["id"] if status == 202 else None
        number = self._number
        self._number = None
        if number is not None:
            self._run.answered(self, Placed(number, order_id, status, self._due, self._sent, answered))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the name is asyncio's
        if self._number is not None:
            placed = Placed(self._number, None, 0, self._due, self._sent, time.monotonic())
            self._number = None
            self._run.lost(placed)
        self._run.closed(self)

    def silent_since(self) -> float | None:
        """The time at which the request was sent that has no answer yet."""
        return None if self._number is None else self._sent

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Run:
    """Runs a job on the current event loop."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._loop = asyncio.get_running_loop()
        self._address = urlsplit(job.url)
        host = self._address.netloc
        bodies = [body.encode() for body in job.bodies]
        self._heads = [
            f"POST /v1/orders HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nIdempotency-Key: {job.run}".encode()
            for token in job.tokens
        ]
        self._tails = [b"\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies]
        self._lines: set[Line] = set()
        self._free: list[Line] = []
        self._due: deque[tuple[int, float]] = deque()
        self._replacing: set[asyncio.Task[None]] = set()
        self._next = count()
        self._started = 0
        self._placed: list[Placed] = []
        self._over = self._loop.create_future()
        self._began = 0.0

    def request(self, number: int) -> bytes:
        """The bytes of request `number`."""
        return b"%b%d%b" % (
            self._heads[number % len(self._heads)],
            number,
            self._tails[number % len(self._tails)],
        )

    async def run(self) -> Record:
        """Raises OSError when the server cannot be reached, ConnectionError when every connection is lost."""
        self._free = await asyncio.gather(*(self._connect() for _ in range(self._job.connections)))
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._began = time.monotonic()
        if self._job.rate is None:
            free, self._free = self._free, []
            for line in free:
                self._go_on(line)
        else:
            self._tick()
        watch = self._loop.create_task(self._give_up_silent())
        try:
            await self._over
        finally:
            watch.cancel()
        after = resource.getrusage(resource.RUSAGE_SELF)
        for line in list(self._lines):
            line.close()
        cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
        return Record(self._began, time.monotonic(), cpu, self._placed)

    def answered(self, line: Line, placed: Placed) -> None:
        """Called by a line that has got its answer and is free again."""
        self._note(placed)
        if self._job.rate is None:
            self._go_on(line)
        elif self._due:
            line.send(*self._due.popleft())
        else:
            self._free.append(line)

    def lost(self, placed: Placed) -> None:
        """Called by a line whose connection ended before its answer came."""
        self._note(placed)

    def closed(self, line: Line) -> None:
        """Called by a line whose connection is closed."""
        self._lines.discard(line)
        if line in self._free:
            self._free.remove(line)
        if not self._over.done():
            task = self._loop.create_task(self._replace())
            self._replacing.add(task)
            task.add_done_callback(self._replacing.discard)

    def _note(self, placed: Placed) -> None:
        self._placed.append(placed)
        if len(self._placed) == self._job.orders and not self._over.done():
            self._over.set_result(None)

    def _go_on(self, line: Line) -> None:
        if self._started < self._job.orders:
            self._started += 1
            line.send(next(self._next), time.monotonic())

    def _tick(self) -> None:
        """In an open loop: sends the requests that are due, and schedules itself for the next one."""
        assert self._job.rate is not None  # noqa: S101  # called in an open loop only
        now = time.monotonic()
        while self._started < self._job.orders:
            due = due_at(self._began, self._job.rate, self._started)
            if due > now:
                self._loop.call_later(due - now, self._tick)
                return
            self._started += 1
            number = next(self._next)
            if self._free:
                self._free.pop().send(number, due)
            else:
                self._due.append((number, due))

    async def _connect(self) -> Line:
        context = ssl.create_default_context(cafile=self._job.ca_file) if self._address.scheme == "https" else None
        host, port = self._address.hostname or "", self._address.port or 443
        connecting = self._loop.create_connection(lambda: Line(self), host, port, ssl=context)
        _, line = await asyncio.wait_for(connecting, CONNECT_SECONDS)
        self._lines.add(line)
        return line

    async def _replace(self) -> None:
        """Opens a new connection in place of a lost one. If that fails, the job cannot continue."""
        try:
            line = await self._connect()
        except (OSError, TimeoutError) as error:
            if not self._over.done():
                self._over.set_exception(ConnectionError(f"{self._job.url} can no longer be reached: {error}"))
            return
        if self._job.rate is None:
            self._go_on(line)
        elif self._due:
            line.send(*self._due.popleft())
        else:
            self._free.append(line)

    async def _give_up_silent(self) -> None:
        while True:
            await asyncio.sleep(ANSWER_SECONDS / 10)
            for line in list(self._lines):
                since = line.silent_since()
                if since is not None and time.monotonic() - since > ANSWER_SECONDS:
                    line.close()


def perform(job: Job) -> Record:
    """Runs the job in this process."""

    async def run() -> Record:
        return await Run(job).run()

    return asyncio.run(run())


def main() -> None:
    job = Job(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(perform(job).as_json())


if __name__ == "__main__":
    main()
