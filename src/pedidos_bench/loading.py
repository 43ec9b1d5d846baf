"""Starts a load client in a separate process, waits for it and reads its record."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO

import orjson

from pedidos_bench.job import Job, Record
from pedidos_local.environment import python

PATIENCE_SECONDS = 900.0
"""Maximum duration of one job."""


class LoadFailed(Exception):
    """The load client has ended without a record; the message contains its output."""


class Loading:
    """A job in progress."""

    def __init__(self, process: subprocess.Popen[bytes], output: IO[bytes], errors: IO[bytes]) -> None:
        self._process = process
        self._output = output
        self._errors = errors

    def done(self) -> bool:
        """Whether record() would return immediately."""
        return self._process.poll() is not None

    def ends_within(self, seconds: float) -> bool:
        """Waits for the end, at most this long."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def record(self) -> Record:
        """The result of each order, once it is known. Raises LoadFailed."""
        try:
            code = self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise LoadFailed(f"the load client did not finish within {PATIENCE_SECONDS:.0f} s") from error
        if code != 0:
            self._errors.seek(0)
            raise LoadFailed(self._errors.read().decode(errors="replace")[-2000:])
        self._output.seek(0)
        return Record.parse(self._output.read())


@contextmanager
def loading(job: Job) -> Iterator[Loading]:
    """Starts the job; the client ends with the context at the latest."""
    # Files, not pipes: a full pipe would block the client until it is read.
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        told.write(orjson.dumps(asdict(job)))
        told.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", "pedidos_bench.load"],
            stdin=told,
            stdout=output,
            stderr=errors,
            env=python(),
        )
        try:
            yield Loading(process, output, errors)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
