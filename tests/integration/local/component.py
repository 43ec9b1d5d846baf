"""Runs one program of the platform as the supervisor would, and waits for conditions, bounded."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pedidos_local import ports
from pedidos_local.program import Program

START_SECONDS = 60


def free_port_base() -> int:
    """The first of 50 ports of which those of the servers are free."""
    for _ in range(100):
        base = random.randrange(24000, 29950, 50)
        if all(ports.is_free(base + offset) for offset in range(12)):
            return base
    raise AssertionError("no free ports")


def wait_until(condition: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


class Running:
    """A started program; output is where it writes."""

    def __init__(self, program: Program, output: Path) -> None:
        self.program = program
        self.output = output
        with output.open("ab") as log:
            self._process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | program.env,
                cwd=program.cwd,
                user=program.uid,
                group=program.gid,
                extra_groups=None if program.uid is None else [],
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_ready(self) -> None:
        wait_until(lambda: self._process.poll() is not None or self.program.ready())
        assert self._process.poll() is None, self.output.read_text()

    def end(self, how: signal.Signals) -> int:
        """Its return code."""
        if self._process.poll() is None:
            self._process.send_signal(how)
        return self._process.wait(self.program.stop_seconds)


@contextmanager
def running(program: Program, output: Path) -> Iterator[Running]:
    """Started and ready; stopped as the supervisor would at the end."""
    started = Running(program, output)
    try:
        started.wait_ready()
        yield started
    finally:
        started.end(program.stop_signal)
