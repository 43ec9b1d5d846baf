"""Another user of the machine, who has no credential: `python neighbour.py PORT_BASE STATE_DIR`.

Started by root it becomes the user that owns nothing; started by another user it stays that user, and only lacks the
credentials. Prints as JSON what each attempt was answered.
"""

import codecs
import json
import os
import pwd
import socket
import ssl
import struct
import sys
from collections.abc import Callable
from pathlib import Path

FILES = (
    *("secrets.json", "platform.env", "certificates/ca.key", "gateway/book.sqlite"),
    *("keys/signing.pem", "keys/next.pem", "keys/refresh.key"),
    *(
        "valkey/valkey.conf",
        "valkey/data/appendonlydir",
        "kafka/1/data/meta.properties",
        "postgres/data",
        "logs/api-1.log",
    ),
)
ADMIN = "/config/apps/http/servers/x"
EDGE, CADDY_ADMIN, POSTGRES, VALKEY, KAFKA, KAFKA_CONTROLLER = 0, 1, 2, 3, 4, 5
GATEWAY, CONTROL, API, LIVE = 6, 7, 10, 30
SERVE_ALL = b'{"listen": [":1"], "routes": [{"handle": [{"handler": "file_server", "root": "/"}]}]}'
CHARGE = b'{"amount_cents": 100, "token": "tok_ok"}'


def become_a_stranger() -> None:
    """A user that owns nothing of the platform: not the one as which PostgreSQL runs when root starts it."""
    servers = Path("postgres").stat().st_uid
    user = next(user for user in map(pwd.getpwnam, ("nobody", "daemon")) if user.pw_uid != servers)
    codecs.lookup("idna")  # loaded now: Python itself may lie where only root can read
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def said(port: int, what: bytes, *, tls: bool = False) -> str:
    """The beginning of what the port answers; the name of the error when it does not."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as plain:
            plain.settimeout(5)
            connection = _unverified().wrap_socket(plain) if tls else plain
            connection.sendall(what)
            return connection.recv(200).decode("utf-8", "replace")
    except OSError as error:
        return type(error).__name__


def _unverified() -> ssl.SSLContext:
    """The certificate says nothing about what a stranger may do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def http(method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nIdempotency-Key: k\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def log_in(port: int, user: str) -> str:
    """PostgreSQL's answer to a session without a password ("Message Formats" in its manual)."""
    fields = b"".join(word.encode() + b"\0" for word in ("user", user, "database", "pedidos", ""))
    start = (196608).to_bytes(4) + fields
    return said(port, (len(start) + 4).to_bytes(4) + start)


def kafka(port: int, request: int, version: int, body: bytes) -> str:
    """The beginning of Kafka's answer; empty if it closes the connection ("Kafka protocol guide")."""
    message = struct.pack(">hhih", request, version, 1, -1) + body
    return said(port, struct.pack(">i", len(message)) + message)


def attempts(base: int) -> dict[str, Callable[[], str]]:
    return {
        "edge: orders": lambda: said(base + EDGE, http("GET", "/v1/orders"), tls=True),
        "edge: all events": lambda: said(base + EDGE, http("GET", "/v1/events"), tls=True),
        "caddy: serve all files": lambda: said(base + CADDY_ADMIN, http("POST", ADMIN, SERVE_ALL)),
        "postgres: superuser": lambda: log_in(base + POSTGRES, "postgres"),
        "postgres: owner": lambda: log_in(base + POSTGRES, "pedidos"),
        "valkey: read": lambda: said(base + VALKEY, b"KEYS *\r\n"),
        "valkey: write": lambda: said(base + VALKEY, b"CONFIG SET dir /tmp\r\n"),
        "kafka: list topics": lambda: kafka(base + KAFKA, 3, 4, struct.pack(">i?", -1, False)),
        "kafka: delete a topic": lambda: kafka(base + KAFKA, 20, 1, struct.pack(">ih1si", 1, 1, b"t", 1000)),
        "kafka: log in with another password": lambda: kafka(base + KAFKA, 36, 0, struct.pack(">i4s", 4, b"\0p\0p")),
        "controller: list topics": lambda: kafka(base + KAFKA_CONTROLLER, 3, 4, struct.pack(">i?", -1, False)),
        "controller: read the metadata": lambda: kafka(base + KAFKA_CONTROLLER, 1, 12, b"\0" * 40),
        "gateway: charge": lambda: said(base + GATEWAY, http("POST", "/v1/charges", CHARGE)),
        "gateway: give back": lambda: said(base + GATEWAY, http("POST", "/v1/charges/k/undo")),
        "gateway: read the book": lambda: said(base + GATEWAY, http("GET", "/v1/book")),
        "gateway: set faults": lambda: said(base + GATEWAY, http("PUT", "/v1/faults", b'{"down": true}')),
        "supervisor: stop": lambda: said(base + CONTROL, b'{"do": "stop"}\n'),
        "api: orders": lambda: said(base + API, http("GET", "/v1/orders")),
        "live: all events": lambda: said(base + LIVE, http("GET", "/v1/events")),
    }


def opened(path: Path) -> str:
    """The result of looking at a file or a folder."""
    try:
        if path.is_dir():
            return f"{len(list(path.iterdir()))} entries"
        return f"{len(path.read_bytes())} bytes"
    except OSError as error:
        return type(error).__name__


def main() -> None:
    base, state_dir = int(sys.argv[1]), Path(sys.argv[2])
    os.chdir(state_dir)  # before we are someone else: so the folders above it protect nothing
    if os.geteuid() == 0:
        become_a_stranger()
    answers = {name: attempt() for name, attempt in attempts(base).items()}
    files = {name: opened(Path(name)) for name in (".", *FILES)}
    sys.stdout.write(json.dumps({"user": os.geteuid(), "answers": answers, "files": files}))


if __name__ == "__main__":
    main()
