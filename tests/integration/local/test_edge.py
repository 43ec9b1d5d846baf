"""The edge: routes, limits, restarts and outages as clients see them."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import load
from pathlib import Path

import pytest
from component import free_port_base, running

from pedidos.local import caddy, ports
from pedidos.settings import Settings


class Upstream(BaseHTTPRequestHandler):
    """Says which port answered. Streams send one event, then wait until the test is over."""

    protocol_version = "HTTP/1.1"
    over = threading.Event()
    deaths = 0
    """So many requests with a body are read, and then their connection is cut."""

    def do_GET(self) -> None:
        streaming = self.path.endswith("/events")
        body = str(self.server.server_port).encode()  # type: ignore[attr-defined]  # of the stdlib's HTTPServer
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if streaming else "text/plain")
        if not streaming:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        if streaming:
            self.over.wait(30)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if Upstream.deaths:
            Upstream.deaths -= 1
            self.close_connection = True
            return
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


class Upstreams:
    """Stand-ins for api and live processes, started and stopped by name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._servers: dict[tuple[str, int], ThreadingHTTPServer] = {}

    def start(self, kind: str, number: int) -> str:
        port = ports.of_instance(self._settings, kind, number)
        server = ThreadingHTTPServer((ports.LOOPBACK, port), Upstream)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self._servers[kind, number] = server
        return str(port)

    def stop(self, kind: str, number: int) -> None:
        server = self._servers.pop((kind, number))
        server.shutdown()
        server.server_close()

    def stop_all(self) -> None:
        for kind, number in list(self._servers):
            self.stop(kind, number)


class Edge:
    """The HTTPS side, as one client."""

    def __init__(self, settings: Settings) -> None:
        self._port = settings.port_base + ports.EDGE
        self._context = ssl.create_default_context(cafile=str(settings.state_dir / "certificates" / "ca.pem"))

    @contextmanager
    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, *, chunked: bool = False, key: str = ""
    ) -> Iterator[HTTPResponse]:
        connection = HTTPSConnection("localhost", self._port, timeout=10, context=self._context)
        headers = {"Idempotency-Key": key} if key else {}
        with closing(connection):
            connection.request(method, path, iter([body or b""]) if chunked else body, headers, encode_chunked=chunked)
            yield connection.getresponse()

    def text(self, path: str, method: str = "GET", body: bytes | None = None) -> str:
        with self.ask(path, method, body) as answer:
            return answer.read().decode()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    state_dir = tmp_path / "folder with spaces, ção"
    state_dir.mkdir()
    return Settings(state_dir=state_dir, port_base=free_port_base())


@pytest.fixture
def upstreams(settings: Settings) -> Iterator[Upstreams]:
    Upstream.over.clear()
    started = Upstreams(settings)
    yield started
    Upstream.over.set()
    started.stop_all()


@pytest.fixture
def edge(settings: Settings, tmp_path: Path) -> Iterator[Edge]:
    caddy.prepare(settings, {"api": 1, "live": 1})
    with running(caddy.program(settings), tmp_path / "log"):
        yield Edge(settings)


def test_streams_go_to_live_at_once_and_the_rest_to_api(edge: Edge, upstreams: Upstreams) -> None:
    api, live = upstreams.start("api", 1), upstreams.start("live", 1)
    assert edge.text("/v1/orders/1") == edge.text("/v1/orders", "POST", b"{}") == edge.text("/docs") == api
    for path in ("/v1/events", "/v1/orders/0198-ab/events"):
        with edge.ask(path) as stream:
            assert stream.read(len(live)).decode() == live  # the upstream has not ended its answer


def test_answers_have_the_security_headers(edge: Edge, upstreams: Upstreams) -> None:
    upstreams.start("api", 1)
    with edge.ask("/v1/me") as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Strict-Transport-Security"]
        assert "Server" not in answer.headers


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_64_kib_is_refused_with_a_problem(edge: Edge, upstreams: Upstreams, chunked: bool) -> None:
    upstreams.start("api", 1)
    with edge.ask("/v1/orders", "POST", b"x" * (64 * 1024 + 1), chunked=chunked) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (413, "application/problem+json")
        assert load(answer)["type"] == "/problems/body-too-large"


def test_a_body_of_64_kib_is_let_through(edge: Edge, upstreams: Upstreams) -> None:
    api = upstreams.start("api", 1)
    assert edge.text("/v1/orders", "POST", b"x" * (64 * 1024)) == api


def test_without_an_api_the_answer_is_a_problem_with_retry_after(edge: Edge) -> None:
    began = time.monotonic()
    with edge.ask("/v1/orders", "POST", b"{}") as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert load(answer)["status"] == 503
    assert time.monotonic() - began < 4


def test_a_restart_of_the_only_api_is_not_seen(edge: Edge, upstreams: Upstreams) -> None:
    api = upstreams.start("api", 1)
    upstreams.stop("api", 1)
    back = threading.Timer(0.7, upstreams.start, ("api", 1))
    back.start()
    try:
        assert edge.text("/v1/orders", "POST", b"{}") == api
    finally:
        back.join()


@pytest.mark.parametrize(("key", "status"), [("k-1", 200), ("", 503)])
def test_a_request_whose_api_died_over_it_is_repeated_if_it_has_a_key(
    edge: Edge, upstreams: Upstreams, monkeypatch: pytest.MonkeyPatch, key: str, status: int
) -> None:
    api = upstreams.start("api", 1)
    monkeypatch.setattr(Upstream, "deaths", 1)
    with edge.ask("/v1/orders", "POST", b"x" * 5000, key=key) as answer:
        assert answer.status == status
        assert (answer.read() == api.encode()) == (status == 200)


def test_after_a_reload_several_share_the_work_and_one_may_go(
    edge: Edge, upstreams: Upstreams, settings: Settings
) -> None:
    both = {upstreams.start("api", 1), upstreams.start("api", 2)}
    caddy.reload(settings, {"api": 2, "live": 1})
    assert {edge.text("/") for _ in range(20)} == both
    upstreams.stop("api", 1)
    assert {edge.text("/", "POST", b"{}") for _ in range(10)} == {str(ports.of_instance(settings, "api", 2))}
