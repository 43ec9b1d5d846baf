"""The server of /metrics: what it answers, and what strangers cannot make it do."""

import socket
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pedidos.telemetry.exposition import CONNECTIONS, Exposition, MetricsServer

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
def asked() -> list[None]:
    """One entry for each time that the text was made."""
    return []


@pytest.fixture
def server(asked: list[None]) -> Iterator[MetricsServer]:
    registry = CollectorRegistry()
    Gauge("level", "Level.", registry=registry).set(3)
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
        with socket.create_connection(server.address, timeout=10) as connection:
            connection.sendall(what)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(100)
    assert get(server)[0] == 200
