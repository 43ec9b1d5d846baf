"""What tests put in front of and behind an edge: clients, and stand-ins for api and live processes."""

import random
import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pedidos_local import ports
from pedidos_local.settings import LocalSettings
from tests.support.waiting import until


class Upstream(BaseHTTPRequestHandler):
    """Answers with its name. Streams send one event, then wait until the test is over."""

    protocol_version = "HTTP/1.1"
    server: "Server"
    over = threading.Event()
    healthy = threading.Event()
    """While it is not set, no upstream answers a health check."""

    deaths = 0
    """The number of requests with a body that are read and then have their connection cut."""

    def do_GET(self) -> None:
        if self.path in ("/livez", "/readyz"):
            self.healthy.wait(30)
            ready = self.path == "/livez" or self.server.ready.is_set()
            self._answer(200 if ready else 503, self.server.sign_of_life)
        elif self.path.endswith("/events"):
            self._answer(200, self.server.name, ends=False)
            self.over.wait(30)
        else:
            self._answer(503 if self.path == "/v1/unavailable" else 200, self.server.name)

    def do_POST(self) -> None:
        self._read_body()
        if Upstream.deaths:
            Upstream.deaths -= 1
            self.close_connection = True
            return
        self.do_GET()

    def _read_body(self) -> None:
        """All of it, also when it comes in chunks, or as much as comes."""
        if "Content-Length" in self.headers:
            self.rfile.read(int(self.headers["Content-Length"]))
            return
        while size := int(self.rfile.readline() or b"0", 16):
            self.rfile.read(size + len(b"\r\n"))
        self.rfile.readline()

    def _answer(self, status: int, body: bytes, *, ends: bool = True) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if ends else "text/event-stream")
        if ends:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, sign_of_life: bytes) -> None:
        super().__init__((ports.LOOPBACK, port), Upstream)
        self.name = str(port).encode()
        self.sign_of_life = sign_of_life
        self.ready = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # an edge that has ended waits for no answer
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # of the stdlib's BaseServer


class Upstreams:
    """Stand-ins for api, live and web processes, started and stopped by name."""

    def __init__(self, settings: LocalSettings) -> None:
        self._settings = settings
        self._servers: dict[tuple[str, int], Server] = {}

    def start(self, kind: str, number: int, sign_of_life: bytes = b"ok\n", *, ready: bool = True) -> str:
        port = ports.of_instance(self._settings, kind, number)
        server = self._servers[kind, number] = Server(port, sign_of_life)
        if ready:
            server.ready.set()
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return str(port)

    def make_ready(self, kind: str, number: int) -> None:
        self._servers[kind, number].ready.set()

    def stop(self, kind: str, number: int) -> None:
        server = self._servers.pop((kind, number))
        server.shutdown()
        server.server_close()

    def stop_all(self) -> None:
        for kind, number in list(self._servers):
            self.stop(kind, number)


class Edge:
    """The HTTPS side, as one client."""

    def __init__(self, settings: LocalSettings) -> None:
        self._port = settings.port_base + ports.EDGE
        self._context = ssl.create_default_context(cafile=str(settings.state_dir / "certificates" / "ca.pem"))

    def connect(self) -> HTTPSConnection:
        return HTTPSConnection("localhost", self._port, timeout=10, context=self._context)

    @contextmanager
    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        *,
        chunked: bool = False,
        key: str = "",
        accepted: str = "identity",
    ) -> Iterator[HTTPResponse]:
        """accepted: the header Accept-Encoding."""
        headers = {"Accept-Encoding": accepted, **({"Idempotency-Key": key} if key else {})}
        with closing(self.connect()) as connection:
            connection.request(method, path, iter([body or b""]) if chunked else body, headers, encode_chunked=chunked)
            yield connection.getresponse()

    def text(self, path: str, method: str = "GET", body: bytes | None = None, *, chunked: bool = False) -> str:
        with self.ask(path, method, body, chunked=chunked) as answer:
            return answer.read().decode()

    def streamer(self) -> str:
        """The name of the upstream that answers when a stream is opened."""
        with self.ask("/v1/events") as answer:
            return answer.read(5).decode()

    def until_sent_to(self, *names: str) -> None:
        """Returns when, of many requests, each of these upstreams gets some and no other upstream gets any."""
        until(lambda: {self.text("/v1/") for _ in range(10)} == set(names), f"requests to reach {names}")


class Crowd:
    """Clients that keep placing orders, each on a persistent connection.

    answers: each answer and its count; the name of an exception where no answer came.
    """

    def __init__(self, edge: Edge, size: int) -> None:
        self.answers: Counter[str] = Counter()
        self._edge = edge
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._order, daemon=True) for _ in range(size)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def until_answered_by(self, name: str) -> None:
        """Returns when one that is asked from now on has answered to somebody."""
        before = self.answers[f"200 {name}"]
        until(lambda: self.answers[f"200 {name}"] > before, f"an answer of {name}")

    def _order(self) -> None:
        with closing(self._edge.connect()) as connection:
            while not self._over.is_set():
                try:
                    connection.request("POST", "/v1/orders", b"{}", {"Idempotency-Key": "k-1"})
                    answer = connection.getresponse()
                    heard = f"{answer.status} {answer.read().decode()}"
                except (HTTPException, OSError) as error:
                    heard = type(error).__name__
                    connection.close()
                self.answers[heard] += 1
                time.sleep(random.random() * 0.05)
