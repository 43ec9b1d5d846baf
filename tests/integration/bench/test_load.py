"""The load client against a small HTTP server: what it sends, what it writes down, and how it keeps time."""

import asyncio
import json
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from pedidos_bench.job import Job, Record
from pedidos_bench.loading import loading

TOKENS = ["token-a", "token-b", "token-c"]
BODIES = ['{"n":0}', '{"n":1}']


@dataclass(frozen=True, slots=True)
class Asked:
    """What the server was sent, by the header names in small letters."""

    head: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[int], Awaitable[int | None]]
"""The status with which the n-th request is answered; None closes the connection instead."""


@dataclass
class Server:
    """Answers as it is told to, and keeps what came."""

    answer: Answer
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                number = len(self.asked)
                self.asked.append(Asked(head, headers, body))
                status = await self.answer(number)
                if status is None:
                    return
                said = json.dumps({"id": f"order-{number}"}).encode()
                writer.write(b"HTTP/1.1 %d Whatever\r\nContent-Length: %d\r\n\r\n%b" % (status, len(said), said))
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return
        finally:
            writer.close()


@contextmanager
def served(answer: Answer, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """The server on a loop of its own."""
    server = Server(answer)
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context))
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def finish() -> None:
        listening.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(finish(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def do(server: Server, orders: int, connections: int, rate: float | None = None) -> Record:
    with loading(job(f"http://127.0.0.1:{server.port}", orders, connections, rate)) as client:
        return client.record()


def job(url: str, orders: int, connections: int, rate: float | None, ca_file: str | None = None) -> Job:
    return Job(url, ca_file, TOKENS, BODIES, "run-", orders, connections, rate)


async def accepted(_: int) -> int:
    return 202


def test_each_request_has_its_key_its_customer_and_its_body() -> None:
    with served(accepted) as server:
        record = do(server, orders=50, connections=4)

    assert {each.headers["idempotency-key"] for each in server.asked} == {f"run-{n}" for n in range(50)}
    for each in server.asked:
        number = int(each.headers["idempotency-key"].removeprefix("run-"))
        assert each.head == "POST /v1/orders HTTP/1.1"
        assert each.headers["authorization"] == f"Bearer {TOKENS[number % 3]}"
        assert each.body.decode() == BODIES[number % 2]
    assert server.connections == 4
    assert sorted(placed.order_id or "" for placed in record.placed) == sorted(f"order-{n}" for n in range(50))
    assert all(record.began <= placed.sent <= placed.answered <= record.ended for placed in record.placed)
    assert 0 < record.cpu_seconds < 5


def test_what_is_refused_is_no_order() -> None:
    async def answer(number: int) -> int:
        return 503 if number % 5 == 0 else 202

    with served(answer) as server:
        record = do(server, orders=20, connections=1)

    assert [placed.status for placed in record.placed].count(503) == 4
    assert all((placed.order_id is None) == (placed.status == 503) for placed in record.placed)


@pytest.mark.parametrize("rate", [None, 200.0])
def test_a_lost_connection_is_written_down_and_replaced(rate: float | None) -> None:
    async def answer(number: int) -> int | None:
        return None if number == 3 else 202

    with served(answer) as server:
        record = do(server, orders=20, connections=2, rate=rate)

    assert len(record.placed) == 20
    assert [(placed.order_id, placed.status) for placed in record.placed if placed.status != 202] == [(None, 0)]
    assert server.connections == 3


def test_in_an_open_loop_the_time_runs_from_when_a_request_was_due() -> None:
    """One connection, and a server that takes 50 ms: at 100 a second, each request waits for all before it."""

    async def slow(_: int) -> int:
        await asyncio.sleep(0.05)
        return 202

    with served(slow) as server:
        record = do(server, orders=20, connections=1, rate=100.0)

    for placed in record.placed:
        assert placed.due == pytest.approx(record.began + placed.number / 100.0, abs=1e-6)
    last = max(record.placed, key=lambda placed: placed.number)
    assert last.answered - last.due >= 20 * 0.05 - 19 * 0.01
    assert last.answered - last.sent < last.answered - last.due


def test_https_with_an_authority_of_its_own(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    with served(accepted, context) as server:
        secure = job(f"https://localhost:{server.port}", 20, 3, None, str(tmp_path / "ca.pem"))
        with loading(secure) as client:
            record = client.record()

    assert [placed.status for placed in record.placed] == [202] * 20
