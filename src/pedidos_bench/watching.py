"""Runs watchers in a separate process, and asks it at the end for what they have seen."""

import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson

from pedidos.http.authentication import SESSION_COOKIE
from pedidos_bench.watch import OPEN_SECONDS
from pedidos_local.environment import python

Seen = dict[tuple[str, str], float]
"""(order id, event type) → the time at which the first of its watchers saw it, as time.monotonic()."""

REPORT_SECONDS = 60.0


class WatchFailed(Exception):
    """The streams could not be opened, or the result could not be read; the message contains the watchers' output."""


class Watch:
    """The open streams."""

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors

    def until_open(self) -> None:
        """Returns when every stream is open. Raises WatchFailed."""
        assert self._process.stdout is not None  # noqa: S101  # it was asked for
        deadline = time.monotonic() + OPEN_SECONDS + REPORT_SECONDS
        while not select.select([self._process.stdout], [], [], 1.0)[0]:
            if time.monotonic() > deadline:
                raise WatchFailed("the streams were not open in time")
        if self._process.stdout.readline() != b"open\n":
            raise WatchFailed(self._said())

    def seen(self, kind: str, orders: int) -> Seen:
        """Closes the streams when `orders` orders have been seen with this event, or soon after. Returns what was seen.

        Raises WatchFailed.
        """
        try:
            output, _ = self._process.communicate(f"{kind} {orders}\n".encode(), timeout=REPORT_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise WatchFailed("the watchers did not end in time") from error
        if self._process.returncode != 0:
            raise WatchFailed(self._said())
        return {(order_id, kind): moment for order_id, kind, moment in orjson.loads(output)}

    def _said(self) -> str:
        self._process.wait(REPORT_SECONDS)
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")[-2000:]


@contextmanager
def watching(
    url: str, ca_file: Path | None, tokens: Sequence[str] = (), cookies: Sequence[str] = ()
) -> Iterator[Watch]:
    """Opens a stream for each access token and each cookie of a browser's session; all of them are open inside the
    context. Raises WatchFailed."""
    headers = [
        *(f"Authorization: Bearer {token}" for token in tokens),
        *(f"Cookie: {SESSION_COOKIE}={cookie}" for cookie in cookies),
    ]
    job = {"url": url, "ca_file": None if ca_file is None else str(ca_file), "headers": headers}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "pedidos_bench.watch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=python(),
        )
        try:
            assert process.stdin is not None  # noqa: S101  # it was asked for
            process.stdin.write(orjson.dumps(job) + b"\n")
            process.stdin.flush()
            watch = Watch(process, errors)
            watch.until_open()
            yield watch
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()
