"""The server of /metrics: what it answers, and what strangers cannot make it do."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection

import psutil
import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pedidos.telemetry.exposition import Exposition
from pedidos.telemetry.metrics_server import CONNECTIONS, QUICK_SECONDS, MetricsServer
from tests.support.waiting import until

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
LONG = "x" * 10_000_000


@pytest.fixture
def asked() -> list[None]:
    """One entry for each time that the text was made."""
    return []


@pytest.fixture
def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    Gauge("level", "Level.", registry=made).set(3)
    return made


@pytest.fixture
def long(registry: CollectorRegistry) -> Iterator[MetricsServer]:
    """Its text does not fit into the buffers of a connection."""
    Gauge("long", LONG, registry=registry)
    made = MetricsServer("127.0.0.1", 0, Exposition(registry))
    made.start()
    yield made
    made.close()


@pytest.fixture
def server(asked: list[None], registry: CollectorRegistry) -> Iterator[MetricsServer]:
    made = MetricsServer("127.0.0.1", 0, Exposition(registry, lambda: asked.append(None)))
    made.start()
    yield made
    made.close()


def get(server: MetricsServer, path: str = "/metrics", method: str = "GET", **headers: str) -> tuple[int, str, str]:
    connection = HTTPConnection(*server.address, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()
    finally:
        connection.close()


def test_who_accepts_openmetrics_gets_it(server: MetricsServer) -> None:
    status, content_type, text = get(server, Accept=OPENMETRICS)
    assert status == 200
    assert content_type.startswith("application/openmetrics-text")
    assert [family.name for family in text_string_to_metric_families(text)] == ["level"]


def test_others_get_the_older_format(server: MetricsServer) -> None:
    assert get(server)[1].startswith("text/plain; version=0.0.4")


@pytest.mark.parametrize("path", ["/", "/metrics/", "/v1/orders"])
def test_there_is_one_route(server: MetricsServer, path: str) -> None:
    assert get(server, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written(server: MetricsServer, method: str) -> None:
    assert get(server, method=method)[0] == 501


def test_many_requests_make_the_text_once(server: MetricsServer, asked: list[None]) -> None:
    made = len(asked)
    for _ in range(20):
        get(server)
    assert len(asked) - made < 20


def test_connections_beyond_the_limit_are_closed_and_silent_ones_after_a_while(server: MetricsServer) -> None:
    silent = [socket.create_connection(server.address, timeout=10) for _ in range(CONNECTIONS)]
    try:
        with socket.create_connection(server.address, timeout=10) as one_more:
            assert one_more.recv(1) == b""
        assert silent[0].recv(1) == b""  # at its deadline
    finally:
        for connection in silent:
            connection.close()
    assert get(server)[0] == 200


def test_nonsense_is_answered_or_dropped_and_ends_nothing(server: MetricsServer) -> None:
    for what in (b"\x00\xff" * 100 + b"\r\n\r\n", b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n", b"\r\n\r\n"):
        with socket.create_connection(server.address, timeout=10) as connection, suppress(OSError):  # it is dropped
            connection.sendall(what)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(100)
    assert get(server)[0] == 200


def test_a_request_may_come_in_pieces(server: MetricsServer) -> None:
    with socket.create_connection(server.address, timeout=10) as connection:
        connection.sendall(b"GET /metrics HT")
        assert get(server)[0] == 200  # others do not wait for it
        connection.sendall(b"TP/1.1\r\nHost: here\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")


def test_who_does_not_read_keeps_nobody_waiting(long: MetricsServer) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.connect(long.address)
        connection.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        status, _, text = get(long)
        assert status == 200
        assert LONG in text


def test_what_cannot_be_read_is_an_answer_too(registry: CollectorRegistry) -> None:
    broken = [True]

    def before() -> None:
        if broken:
            raise OSError("no space left on device")

    made = MetricsServer("127.0.0.1", 0, Exposition(registry, before))
    made.start()
    assert get(made)[0] == 500
    broken.clear()
    assert get(made)[0] == 200
    made.close()


def test_the_interpreter_changes_threads_quickly_while_a_request_is_handled_and_only_then(
    registry: CollectorRegistry,
) -> None:
    usual, meanwhile = sys.getswitchinterval(), []
    made = MetricsServer("127.0.0.1", 0, Exposition(registry, lambda: meanwhile.append(sys.getswitchinterval())))
    made.start()
    assert get(made)[0] == 200
    until(lambda: sys.getswitchinterval() == usual, "the interval to be the usual one")
    assert meanwhile == [pytest.approx(QUICK_SECONDS, rel=0.1)]
    made.close()


def test_connections_take_no_threads(server: MetricsServer) -> None:
    threads = threading.active_count()
    silent = [socket.create_connection(server.address, timeout=10) for _ in range(CONNECTIONS - 1)]
    assert get(server)[0] == 200
    assert threading.active_count() == threads
    for connection in silent:
        connection.close()


def test_a_forked_child_keeps_no_port(registry: CollectorRegistry) -> None:
    made = MetricsServer("127.0.0.1", 0, Exposition(registry))
    made.start()
    child = os.fork()
    if child == 0:
        made.leave_to_parent()
        signal.pause()
        os._exit(0)
    try:
        until(lambda: not listens(child, made.address[1]), "the child to have closed its copy")
        assert get(made)[0] == 200
        made.close()
        MetricsServer(*made.address, Exposition(registry)).socket.close()  # the port is free
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def listens(pid: int, port: int) -> bool:
    """Whether this process has the listening socket open."""
    return any(each.laddr.port == port for each in psutil.Process(pid).net_connections() if each.status == "LISTEN")
