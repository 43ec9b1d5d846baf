"""Connections to the api's own port that send nothing keep no other client out, and are closed after a while."""

import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from pedidos_bench.attacks.floods import LOOPBACK
from tests.support.api import Api, Serve

IDLE = 400


@pytest.fixture
def api(serve: Serve) -> Api:
    """One of its own: its port has no other connections."""
    return serve()


@pytest.fixture
def idle(api: Api) -> Iterator[list[socket.socket]]:
    with ExitStack() as opened:
        yield [opened.enter_context(socket.create_connection((LOOPBACK, api.port))) for _ in range(IDLE)]


def test_others_are_answered_while_they_are_open(api: Api, idle: list[socket.socket]) -> None:
    assert api.place().status_code == 202
    closed, _, _ = select.select(idle, [], [], 0)
    assert not closed


def test_they_are_closed(idle: list[socket.socket]) -> None:
    idle[1].sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")  # answered, then idle
    answer = b""
    while not answer.endswith(b"\r\n\r\nok\n"):
        part = idle[1].recv(1 << 16)
        assert part, answer
        answer += part
    for connection in idle[:2]:
        connection.settimeout(60)
        assert connection.recv(1 << 16) in {b"", b"HTTP/1.1 408 Request Timeout\r\n"}
