"""Whether this container's process works: exit status 0 or 1.

api, live, web and gateway answer GET /readyz; relay, bridge, notifier, worker and scheduler listen nowhere, and show by
a heartbeat that they are ready. Only the standard library, and little of it: this runs every few seconds in each
container.
"""

import os
import socket
import sys
import time

FRESH_SECONDS = 30.0
SERVING = ("api", "live", "web", "gateway")
ANSWER_SECONDS = 3.0


def works(heartbeat: str, port: int) -> bool:
    """Whether the process of this container works, asked in the way of its kind."""
    try:
        with open(os.path.join(os.path.dirname(heartbeat), "pedidos.kind")) as file:  # noqa: PTH118,PTH120,PTH123
            serves = file.read() in SERVING
    except FileNotFoundError:
        return False
    return answers(port) if serves else beats(heartbeat)


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
    sys.exit(0 if works(os.environ["PEDIDOS_HEARTBEAT_FILE"], int(os.environ["PEDIDOS_PORT"])) else 1)
