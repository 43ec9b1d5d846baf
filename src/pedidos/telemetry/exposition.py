"""The server of /metrics: one route, no credential, and limits on what a stranger can make it do.

It reads a registry in a thread of its own. At most CONNECTIONS at a time are served, each for at most DEADLINE_SECONDS,
and the text is made at most twice a second: so a neighbour who asks without end costs the process next to nothing.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

PATH = "/metrics"
CONNECTIONS = 8
DEADLINE_SECONDS = 3.0
FRESH_SECONDS = 0.5
"""A text that is younger is sent again."""
POLL_SECONDS = 2.0
"""How often the server looks whether it is to end. It runs as long as its process, so this matters in tests alone."""


class Exposition:
    """The text of a registry, in the format that the client accepts: OpenMetrics, or Prometheus' older one."""

    def __init__(self, registry: CollectorRegistry, before: Callable[[], None] = lambda: None) -> None:
        """before: called before each text is made; for values that are read only while somebody asks."""
        self._registry = registry
        self._before = before
        self._making = threading.Lock()
        self._made: dict[str, tuple[float, bytes]] = {}

    def text(self, accept: str | None) -> tuple[str, bytes]:
        """The content type, and the text, which is at most FRESH_SECONDS old."""
        encode, content_type = choose_encoder(accept or "")
        with self._making:
            made, text = self._made.get(content_type, (0.0, b""))
            if not text or time.monotonic() - made > FRESH_SECONDS:
                self._before()
                text = encode(self._registry)
                self._made = {content_type: (time.monotonic(), text)}
        return content_type, text


class _Handler(BaseHTTPRequestHandler):
    server: "MetricsServer"
    timeout = DEADLINE_SECONDS  # of each read

    def handle(self) -> None:
        # Of the whole request: otherwise a client that sends a byte per second would keep its connection.
        deadline = threading.Timer(DEADLINE_SECONDS, self._cut)
        deadline.daemon = True
        deadline.start()
        try:
            super().handle()
        finally:
            deadline.cancel()

    def do_GET(self) -> None:  # the base class calls it by this name
        if self.path.partition("?")[0] != PATH:
            self._answer(404, "text/plain", b"Only /metrics is here.\n")
            return
        self._answer(200, *self.server.exposition.text(self.headers.get("Accept")))

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(2)

    def version_string(self) -> str:
        return "pedidos"

    def log_message(self, *_: Any) -> None:
        """Logs nothing: a scrape every few seconds is not an event."""


class MetricsServer(ThreadingMixIn, HTTPServer):
    """Serves in daemon threads, from start() until the process ends or close() is called."""

    daemon_threads = True
    request_queue_size = 16

    def __init__(self, host: str, port: int, exposition: Exposition) -> None:
        """port: 0 for any free one. Raises OSError."""
        self.exposition = exposition
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((host, port), _Handler)

    @property
    def address(self) -> tuple[str, int]:
        return str(self.server_address[0]), int(self.server_address[1])

    def text(self) -> str:
        """What it serves now."""
        return self.exposition.text(None)[1].decode()

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), name="metrics", daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """A client that has gone, or sent nonsense, is not worth a line."""
