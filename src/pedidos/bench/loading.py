"""A load client at work: started in a process of its own, waited for, its record read."""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict

import orjson

from pedidos.bench.load import Job, Record
from pedidos.local.environment import PYTHON, package_path

PATIENCE_SECONDS = 900.0
"""Longest run of one job."""


class LoadFailed(Exception):
    """The load client has ended without a record; the message holds what it said."""


class Loading:
    """A job under way. done() says whether its record is there; record() waits for it. Use as a context manager, so
    that the client does not outlive its measurement."""

    def __init__(self, job: Job) -> None:
        self._open = ExitStack()
        # Not pipes: they would hold the client up until somebody reads them.
        self._output = self._open.enter_context(tempfile.TemporaryFile())
        self._errors = self._open.enter_context(tempfile.TemporaryFile())
        with tempfile.TemporaryFile() as told:
            told.write(orjson.dumps(asdict(job)))
            told.seek(0)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pedidos.bench.load"],
                stdin=told,
                stdout=self._output,
                stderr=self._errors,
                env={**os.environ, **PYTHON, "PYTHONPATH": package_path()},
            )

    def __enter__(self) -> "Loading":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._open.close()

    def done(self) -> bool:
        return self._process.poll() is not None

    def record(self) -> Record:
        """What became of each order. Raises LoadFailed."""
        try:
            code = self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise LoadFailed(f"the load client was not done after {PATIENCE_SECONDS:.0f} s") from error
        if code != 0:
            self._errors.seek(0)
            raise LoadFailed(self._errors.read().decode(errors="replace")[-2000:])
        self._output.seek(0)
        return Record.parse(self._output.read())
