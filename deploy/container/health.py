"""Whether this container's process works: exit status 0 or 1.

api, live and gateway answer GET /readyz and have no heartbeat; relay, bridge, worker and scheduler touch a file and
listen nowhere. So one question or the other is answered, whatever runs here. Only the standard library, and little of
it: this runs every few seconds in each container.
"""

import os
import socket
import sys
import time

FRESH_SECONDS = 30.0
ANSWER_SECONDS = 3.0


def beats(path: str) -> bool:
    """Whether the heartbeat file was touched lately."""
    try:
        return time.time() - os.stat(path).st_mtime < FRESH_SECONDS  # noqa: PTH116  # pathlib would double the time
    except FileNotFoundError:
        return False


def answers(port: int) -> bool:
    """Whether GET /readyz on loopback says 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            with connection.makefile("rb") as answer:
                return answer.readline().split()[1:2] == [b"200"]
    except OSError:
        return False


if __name__ == "__main__":
    works = beats(os.environ["PEDIDOS_HEARTBEAT_FILE"]) or answers(int(os.environ["PEDIDOS_PORT"]))
    sys.exit(0 if works else 1)
