"""Starting a server or a process for a test, as the supervisor does, and ending it, whatever the test has done."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from pedidos.settings import os_environment
from pedidos_local.program import Program
from tests.support.waiting import until

START_SECONDS = 90.0
"""For a start, and for an end, while others use all of the machine."""


class ManagedProgram:
    """A program that a test starts, ends, and may start again. Its output is appended to its log."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self, output: int | None = None) -> None:
        """Starts it, in a session of its own, and does not wait. output: a file descriptor in place of the log."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.program.command,
                stdin=subprocess.DEVNULL,
                stdout=log if output is None else output,
                stderr=log if output is None else output,
                env=os_environment.inherited(os_environment.SERVER) | self.program.env,
                cwd=self.program.cwd,
                user=self.program.uid,
                group=self.program.gid,
                extra_groups=None if self.program.uid is None else [],
                start_new_session=True,
            )

    def wait_until_ready(self, ready: Callable[[], bool] | None = None) -> None:
        """Raises AssertionError with the end of the log when it ends or is not ready in time. ready: in place of the
        program's own."""
        is_ready = ready or self.program.ready
        try:
            until(lambda: not self.running or is_ready(), f"{self.program.name} to be ready", START_SECONDS)
            assert self.running, f"{self.program.name} ended before it was ready"
        except AssertionError as error:
            self.end()
            raise AssertionError(f"{error}:\n{self.said()[-4000:]}") from None

    def start(self) -> None:
        """Returns when it is ready."""
        self.begin()
        self.wait_until_ready()

    @property
    def pid(self) -> int:
        return self._started.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def usage(self) -> psutil.Process:
        """What it uses of the machine."""
        return psutil.Process(self.pid)

    def said(self) -> str:
        """What is in its log."""
        return self.log.read_text("utf-8", "replace")

    def send(self, how: signal.Signals) -> None:
        self._started.send_signal(how)

    def wait(self, seconds: float = START_SECONDS) -> int:
        """Its exit status, once it has ended. Raises subprocess.TimeoutExpired."""
        return self._started.wait(seconds)

    def stop(self, how: signal.Signals | None = None) -> int:
        """Its exit status, once it has ended by this signal or by the one that the supervisor sends it."""
        self.send(how or self.program.stop_signal)
        return self.wait()

    def kill(self) -> None:
        """kill -9 of the program and its children, whatever they are doing."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()

    def end(self) -> None:
        """Stops it as the platform does, if it runs; kills it when that takes too long."""
        if self.running:
            self.send(self.program.stop_signal)
            try:
                self.wait(self.program.stop_seconds)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def _started(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, f"{self.program.name} was not started"
        return self._process


@contextmanager
def running(program: Program, log: Path) -> Iterator[ManagedProgram]:
    """Inside, the program runs, and was ready."""
    managed = ManagedProgram(program, log)
    managed.start()
    try:
        yield managed
    finally:
        managed.end()
