"""How long a process worked on requests, as its own log says."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pedidos_local import logfiles

PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.05


class NotLogged(Exception):
    """Lines of requests are missing in the log."""


def server_ms(log: Path, ids: str, number: int) -> list[float]:
    """Milliseconds from the arrival of each request at the process to the end of its answer. ids: what their
    X-Request-Ids begin with. number: of the requests. Raises NotLogged."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = list(_found(log, ids))
        if len(found) >= number:
            return found
        if time.monotonic() > deadline:
            raise NotLogged(f"{log.name} has {len(found)} of {number} requests {ids}…")
        time.sleep(LOOK_SECONDS)


def _found(log: Path, ids: str) -> Iterator[float]:
    for file in logfiles.with_older(log):
        with suppress(FileNotFoundError):  # there is no older one, or it is rotated meanwhile
            for line in file.read_bytes().splitlines():
                if ids.encode() in line:
                    told = json.loads(line)
                    if str(told.get("request_id", "")).startswith(ids):
                        yield float(told["ms"])
