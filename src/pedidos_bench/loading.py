"""A load client at work: started in a process of its own, waited for, its record read."""

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
"""Longest run of one job."""


class LoadFailed(Exception):
    """The load client has ended without a record; the message holds what it said."""


class Loading:
    """A job under way."""

    def __init__(self, process: subprocess.Popen[bytes], output: IO[bytes], errors: IO[bytes]) -> None:
        self._process = process
        self._output = output
        self._errors = errors

    def done(self) -> bool:
        """Whether record() would answer at once."""
        return self._process.poll() is not None

    def ends_within(self, seconds: float) -> bool:
        """Waits for that, so long at most."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def record(self) -> Record:
        """What became of each order, once that is known. Raises LoadFailed."""
        try:
            code = self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise LoadFailed(f"the load client was not done after {PATIENCE_SECONDS:.0f} s") from error
        if code != 0:
            self._errors.seek(0)
            raise LoadFailed(self._errors.read().decode(errors="replace")[-2000:])
        self._output.seek(0)
        return Record.parse(self._output.read())


@contextmanager
def loading(job: Job) -> Iterator[Loading]:
    """Starts the job; the client does not outlive the context."""
    # Files and not pipes: those would hold the client up until somebody reads them.
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
