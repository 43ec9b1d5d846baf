"""Runs the receiver in a process of its own, and asks it what it has got."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

import orjson

from pedidos_bench.hooks.receiver import Counted
from pedidos_local.environment import python
from pedidos_local.ports import LOOPBACK

LOOK_SECONDS = 0.2


class NotReceived(Exception):
    """What was sent has not come in time; the message says how much has."""


@dataclass(frozen=True, slots=True)
class Receiving:
    """The receiver that runs. pid: of its process."""

    port: int
    pid: int

    def url(self, path: str) -> str:
        return f"http://{LOOPBACK}:{self.port}/{path}"

    def seen(self) -> Counted:
        """What came since it was last asked."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=10)
        try:
            connection.request("GET", "/seen")
            return Counted(**orjson.loads(connection.getresponse().read()))
        finally:
            connection.close()

    def until_taken(self, count: int, seconds: float) -> Counted:
        """Waits until this number of webhooks has been taken. Raises NotReceived."""
        deadline = time.monotonic() + seconds
        found = self.seen()
        while len(found.delays) < count:
            if time.monotonic() > deadline:
                raise NotReceived(f"{len(found.delays)} of {count} webhooks came within {seconds:.0f} s")
            time.sleep(LOOK_SECONDS)
            more = self.seen()
            found = Counted(
                found.delays + more.delays,
                found.slow + more.slow,
                found.refused + more.refused,
                found.first or more.first,
                more.last or found.last,
            )
        return found


@contextmanager
def receiving() -> Iterator[Receiving]:
    """Inside, it runs."""
    command = [sys.executable, "-m", "pedidos_bench.hooks.receiver"]
    # At the end, its standard input is closed, and it is waited for.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=python()) as process:
        assert process.stdout is not None  # noqa: S101  # it was asked for
        yield Receiving(int(process.stdout.readline()), process.pid)
