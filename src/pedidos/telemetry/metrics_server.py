"""The server of /metrics: one route, no credential, one thread, and limits on what a stranger can make it do.

It answers quickly in a process that is busy. A thread that waits for Python's interpreter lock gets it after the switch
interval (5 ms), and gives it up at each call to the system, so a request that takes a dozen calls and two more threads
takes 80 ms beside a busy thread, and 0.5 ms of work. This server makes five calls for a request, and the interval is
short while it handles one.
"""

import selectors
import socket
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from pedidos.telemetry.exposition import Exposition

PATH = b"/metrics"
CONNECTIONS = 8
"""Open connections; one more is closed at once."""
DEADLINE_SECONDS = 3.0
"""Limit of a whole request, from the connection to the last byte of the answer."""
MOST_BYTES = 8192
"""Limit of a request."""
QUICK_SECONDS = 0.0002
"""The switch interval of the interpreter while a request is handled."""
PAUSE_SECONDS = 0.1
"""After a connection that could not be accepted, such as for want of a file descriptor."""
LOOK_SECONDS = 2.0
"""How often the server looks whether it is to end. It runs as long as its process, so this matters in tests alone."""

END = b"\r\n\r\n"
STATUS = {200: b"OK", 400: b"Bad Request", 404: b"Not Found", 500: b"Internal Server Error", 501: b"Not Implemented"}

logger = structlog.get_logger()


@dataclass(slots=True)
class _Connection:
    """asked: the request so far. answer: what is still to be sent."""

    deadline: float
    asked: bytearray = field(default_factory=bytearray)
    answer: memoryview = field(default_factory=lambda: memoryview(b""))


class MetricsServer:
    """Serves in a daemon thread, from start() until the process ends or close() is called."""

    def __init__(self, host: str, port: int, exposition: Exposition) -> None:
        """port: 0 for any free one. Raises OSError."""
        self.socket = socket.create_server((host, port), backlog=16)
        self.socket.setblocking(False)
        self.address: tuple[str, int] = self.socket.getsockname()
        self._exposition = exposition
        self._usual = sys.getswitchinterval()
        self._open: dict[socket.socket, _Connection] = {}
        # Unlike epoll, poll has no descriptor that a child would inherit.
        self._ready = selectors.PollSelector()
        self._thread = threading.Thread(target=self._serve, name="metrics", daemon=True)
        self._over = threading.Event()
        self._failing = False

    def text(self) -> str:
        """What it serves now."""
        return self._exposition.text(None)[1].decode()

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        with suppress(OSError):  # wakes the thread, where the system does that
            self.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def leave_to_parent(self) -> None:
        """To be called in a child that was forked: its copies must not keep port and connections open."""
        for each in (self.socket, *self._open):
            each.close()

    def _serve(self) -> None:
        self._ready.register(self.socket, selectors.EVENT_READ)
        while not self._over.is_set():
            found = self._ready.select(min((self._seconds(each) for each in self._open.values()), default=LOOK_SECONDS))
            sys.setswitchinterval(QUICK_SECONDS)
            try:
                for key, events in found:
                    self._handle(key.fileobj, events)  # type: ignore[arg-type]  # only sockets are registered
                for late in [each for each, about in self._open.items() if self._seconds(about) == 0]:
                    self._drop(late)
            finally:
                sys.setswitchinterval(self._usual)
        for each in list(self._open):
            self._drop(each)
        self.socket.close()

    def _seconds(self, connection: _Connection) -> float:
        """Until its deadline; 0 from then on."""
        return max(0.0, connection.deadline - time.monotonic())

    def _handle(self, ready: socket.socket, events: int) -> None:
        connection = self._accepted() if ready is self.socket else ready
        if connection is None:
            return
        try:
            if events & selectors.EVENT_WRITE:
                self._send(connection)
            else:
                self._receive(connection)
        except BlockingIOError:  # it goes on when the client does
            return
        except OSError:  # the client has gone
            self._drop(connection)

    def _accepted(self) -> socket.socket | None:
        """The new connection, whose request is mostly there already. None if it has gone, or is one too many."""
        try:
            connection, _ = self.socket.accept()
        except BlockingIOError:
            return None
        except OSError:
            self._over.wait(PAUSE_SECONDS)
            return None
        if len(self._open) >= CONNECTIONS:
            connection.close()
            return None
        self._open[connection] = _Connection(time.monotonic() + DEADLINE_SECONDS)
        self._ready.register(connection, selectors.EVENT_READ)
        return connection

    def _receive(self, connection: socket.socket) -> None:
        about = self._open[connection]
        received = connection.recv(MOST_BYTES, socket.MSG_DONTWAIT)
        about.asked += received
        if END in about.asked:
            about.answer = memoryview(self._answer(bytes(about.asked)))
            self._send(connection)
        elif not received or len(about.asked) > MOST_BYTES:
            self._drop(connection)

    def _send(self, connection: socket.socket) -> None:
        about = self._open[connection]
        about.answer = about.answer[connection.send(about.answer, socket.MSG_DONTWAIT) :]
        if about.answer:
            self._ready.modify(connection, selectors.EVENT_WRITE)
        else:
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        if self._open.pop(connection, None) is not None:
            self._ready.unregister(connection)
            connection.close()

    def _answer(self, request: bytes) -> bytes:
        """The whole answer to a request, of which the first line and the header Accept matter."""
        first, *lines = request.partition(END)[0].split(b"\r\n")
        words = first.split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            return _written(400, "text/plain", b"This is not a request of HTTP/1.1.\n")
        if words[0] != b"GET":
            return _written(501, "text/plain", b"Nothing can be written here.\n")
        if words[1].partition(b"?")[0] != PATH:
            return _written(404, "text/plain", b"Only /metrics is here.\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        try:
            answer = _written(200, *self._exposition.text(headers.get(b"accept", b"").decode("latin-1")))
        except Exception:
            if not self._failing:
                logger.exception("no /metrics")
            self._failing = True
            return _written(500, "text/plain", b"The metrics cannot be read; the log says why.\n")
        self._failing = False
        return answer


def _written(status: int, content_type: str, body: bytes) -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\nServer: pedidos\r\n"
    return b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (status, STATUS[status], head.encode("latin-1"), body)
