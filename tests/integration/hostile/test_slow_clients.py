"""A client that sends or reads slowly, or not at all, does not hold up other clients."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.integration.hostile.edge import Edge
from tests.integration.hostile.raw import PATIENCE_SECONDS, status
from tests.support.api import Api

EACH = 40
ORDERS = 10
SLOW = {
    "heads": b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "bodies": b"POST /v1/auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 1000\r\n\r\n{"email',
    "chunks": b"POST /v1/auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n7\r\n{",
    "streams": b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer none\r\n",
}


@pytest.fixture
def slow_ones(edge: Edge) -> Iterator[dict[str, list[socket.socket]]]:
    """Connections of every kind, each with half a request on it; open as long as the test runs."""
    target = edge.target()
    with ExitStack() as stack:
        opened: dict[str, list[socket.socket]] = {}
        for kind, said in SLOW.items():
            opened[kind] = [stack.enter_context(target.connect()) for _ in range(EACH)]
            for connection in opened[kind]:
                connection.sendall(said)
        yield opened


def test_others_are_served_meanwhile(edge: Edge, api: Api, slow_ones: dict[str, list[socket.socket]]) -> None:
    token = api.token("customer")
    for step in range(ORDERS):
        assert edge.place(token, api.order_body()).status_code == 202
        for connection in slow_ones["bodies"][: EACH - step]:
            connection.sendall(b"x")  # a byte now and then, so that they are not idle
    assert edge.ask("GET", "/v1/orders", token).status_code == 200
    # Connections that never end their request head are closed.
    for connection in slow_ones["heads"][:3]:
        connection.settimeout(PATIENCE_SECONDS)
        with suppress(ConnectionError, ssl.SSLError):  # either way it is closed
            assert status(connection.recv(4096)) in {0, 408}
