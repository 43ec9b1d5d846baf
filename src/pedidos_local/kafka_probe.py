"""Whether a local broker answers, and whether it has joined its cluster: in the bytes of Kafka's protocol.

The supervisor does not otherwise need a Kafka client. Source: Kafka protocol guide; RFC 4616 (SASL PLAIN).
"""

import socket
import struct
from contextlib import AbstractContextManager
from typing import NamedTuple

from pedidos_local import ports

USER = "pedidos"
"""Whom the local Kafka lets in."""
SECONDS = 1.0

API_VERSIONS, METADATA, SASL_HANDSHAKE, SASL_AUTHENTICATE = 18, 3, 17, 36
_HEAD = struct.Struct(">hhih")  # which request, its version, correlation id, no client id
_SIZE = struct.Struct(">i")
_BROKERS = struct.Struct(">iii")  # correlation id, throttle time, number of brokers
_ERROR = struct.Struct(">ih")  # correlation id, error code


class Login(NamedTuple):
    """The user with whom a broker lets its clients in."""

    user: str
    password: str


def answers(port: int) -> bool:
    """Whether the broker answers at all. It tells its versions to everyone."""
    try:
        with _connected(port) as connection:
            return bool(ask(connection, API_VERSIONS, 0, b""))
    except OSError:
        return False


def has_joined(port: int, login: Login | None) -> bool:
    """Whether the broker has joined its cluster; before that it would refuse to create topics. login: None for a broker
    that lets everyone in."""
    try:
        with _connected(port) as connection:
            if login is not None:
                _log_in(connection, login)
            # No topics, create none.
            answer = ask(connection, METADATA, 4, struct.pack(">i?", 0, False))
            brokers: int = _BROKERS.unpack_from(answer)[-1]
            return brokers > 0
    except (OSError, struct.error):
        return False


def _log_in(connection: socket.socket, login: Login) -> None:
    """Raises OSError if the broker refuses."""
    plain = f"\0{login.user}\0{login.password}".encode()
    mechanism = struct.pack(">h5s", 5, b"PLAIN")
    for request, version, body in (
        (SASL_HANDSHAKE, 1, mechanism),
        (SASL_AUTHENTICATE, 0, _SIZE.pack(len(plain)) + plain),
    ):
        _, error = _ERROR.unpack_from(ask(connection, request, version, body))
        if error:
            raise ConnectionRefusedError(f"Kafka's error {error}")


def _connected(port: int) -> AbstractContextManager[socket.socket]:
    return socket.create_connection((ports.LOOPBACK, port), SECONDS)


def ask(connection: socket.socket, request: int, version: int, body: bytes) -> bytes:
    """The answer without its size; empty if the broker closes the connection."""
    message = _HEAD.pack(request, version, 1, -1) + body
    connection.sendall(_SIZE.pack(len(message)) + message)
    with connection.makefile("rb") as answer:
        size = answer.read(_SIZE.size)
        return answer.read(_SIZE.unpack(size)[0]) if len(size) == _SIZE.size else b""
