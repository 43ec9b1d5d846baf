"""A TCP relay before a server, which can be cut and mended: what a client sees when the server goes away."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class Relay:
    """Listens on a port of its own and passes bytes on to the target, until cut."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._pairs: list[socket.socket] = []
        self._accept()

    def _accept(self) -> None:
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                here, _ = listener.accept()
            except OSError:
                return  # cut
            there = socket.create_connection(self._target, timeout=5)
            there.settimeout(None)
            self._pairs += [here, there]
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()

    def cut(self) -> None:
        """Closes every connection, and refuses new ones."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._pairs:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._pairs.clear()

    def mend(self) -> None:
        """Takes connections again, on the same port."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._accept()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


def before(url: str) -> tuple[Relay, str]:
    """A relay before the server of this URL, and the URL that leads through it."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    relay = Relay((parts.hostname, parts.port))
    return relay, url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{relay.port}")
