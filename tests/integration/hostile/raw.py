"""Bytes as they are, to a server, and what it says to them."""

import re
import socket
import ssl
from dataclasses import dataclass

PATIENCE_SECONDS = 40.0
"""Longer than any server's own patience (30 s at most): who says nothing until then hangs."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
TRACES = (b"Traceback", b'File "', b".py", b"goroutine ", b"panicked at")
OF_PROTOCOL = frozenset({501, 505})
"""Not Implemented and HTTP Version Not Supported: the client's fault, although they begin with a five."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server to attack; tls is None where it speaks plain HTTP."""

    name: str
    port: int
    tls: ssl.SSLContext | None = None

    def connect(self, seconds: float = PATIENCE_SECONDS) -> socket.socket:
        plain = socket.create_connection(("127.0.0.1", self.port), seconds)
        return plain if self.tls is None else self.tls.wrap_socket(plain, server_hostname="localhost")

    def say(self, data: bytes, *, half: bool = False) -> bytes:
        """What comes back until the server closes or its answer is whole. half: nothing more comes from us, and over
        plain TCP the server is told so."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
                if half and self.tls is None:
                    connection.shutdown(socket.SHUT_WR)
                return _read(connection)
            except TimeoutError:
                raise
            except OSError:
                return b""  # closed in the middle of what we said


def _read(connection: socket.socket) -> bytes:
    answer = b""
    while not _whole(answer):
        try:
            chunk = connection.recv(1 << 16)
        except (ConnectionError, ssl.SSLEOFError):
            break
        if not chunk:
            break
        answer += chunk
    return answer


def _whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    length = _LENGTH.search(head + b"\r\n")
    return length is not None and len(body) >= int(length[1])


def status(answer: bytes) -> int:
    """0 when there was no answer, or none of HTTP/1."""
    found = _STATUS.match(answer)
    return int(found[1]) if found else 0


def assert_no_fault(answer: bytes) -> None:
    """Nothing, or an answer that is not a fault of the server's, without anything of its insides."""
    assert status(answer) < 500 or status(answer) in OF_PROTOCOL, answer
    assert not [trace for trace in TRACES if trace in answer], answer


def assert_turned_away(answer: bytes) -> None:
    """Nothing, or an error."""
    assert_no_fault(answer)
    assert not 100 <= status(answer) < 400, answer


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """An HTTP/1.1 request that is the last one on its connection."""
    lines = [line, "Host: localhost", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
