"""The client stops calling a gateway that is down, and notices automatically when it is back."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from pedidos.domain.circuit import FAILURES
from pedidos.domain.payment import Answer, Verdict
from pedidos.payments.gateway_client import GatewayClient
from pedidos.payments.port import Charge
from tests.support.ports import refusing_port
from tests.support.processes import PLATFORM_KEY, GatewayProcess
from tests.support.waiting import until

MANY = 300


class Server:
    """A gateway that gives every client the same answer, and counts."""

    def __init__(self) -> None:
        self.status, self.silent, self.requests = 503, False, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            while request := connection.recv(65536):
                self.requests += 1
                if self.silent:
                    continue
                (key,) = re.findall(rb"(?i)idempotency-key: (\S+)", request)
                body = b'{"key":"%s","status":"captured","reference":"r","amount_cents":100}' % key
                head = (
                    f"HTTP/1.1 {self.status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                )
                connection.sendall(head.encode() + body)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def ask(client: GatewayClient, count: int = 1, patience: float = 3.0) -> list[Answer]:
    batch = [Charge(f"charge:{uuid4()}", 100, "tok_ok") for _ in range(count)]
    return [answer for group in client.charge_many(batch, patience) for _, answer in group]


def spared(answers: list[Answer]) -> int:
    return sum(1 for answer in answers if not answer.asked)


@pytest.mark.parametrize("status", [503, 401])
def test_a_gateway_that_fails_or_refuses_the_key_is_spared_and_comes_back(server: Server, status: int) -> None:
    server.status = status
    client = GatewayClient(server.url, timeout_seconds=3, concurrency=FAILURES)
    answers = ask(client, MANY)
    assert {answer.verdict for answer in answers} == {Verdict.UNKNOWN}
    assert spared(answers) == MANY - server.requests
    assert server.requests < 3 * FAILURES
    server.status = 201
    until(lambda: ask(client)[0].verdict is Verdict.CAPTURED, "a charge to be captured")
    assert spared(ask(client, MANY)) == 0
    client.close()


def test_a_silent_gateway_is_spared(server: Server) -> None:
    server.silent = True
    client = GatewayClient(server.url, timeout_seconds=10)
    ask(client, FAILURES, patience=1.6)
    began = time.monotonic()
    assert spared(ask(client, MANY, patience=10)) == MANY
    assert time.monotonic() - began < 10, "it waits for no answer"
    client.close()


def test_impatience_says_nothing_of_the_gateway(server: Server) -> None:
    server.silent = True
    client = GatewayClient(server.url, timeout_seconds=10)
    for _ in range(3):
        assert spared(ask(client, FAILURES, patience=0.1)) == 0
    client.close()


def test_a_gateway_that_is_not_there_is_spared() -> None:
    with refusing_port() as port:
        client = GatewayClient(f"http://127.0.0.1:{port}", timeout_seconds=3, concurrency=FAILURES)
        assert spared(ask(client, MANY)) >= MANY - 3 * FAILURES
        client.close()


def test_declines_are_answers(gateway: GatewayProcess) -> None:
    client = GatewayClient(gateway.url, timeout_seconds=3, key=PLATFORM_KEY)
    batch = [Charge(f"charge:{uuid4()}", 100, "tok_declined") for _ in range(MANY)]
    answers = [answer for group in client.charge_many(batch, 5.0) for _, answer in group]
    assert {answer.verdict for answer in answers} == {Verdict.DECLINED}
    client.close()
