"""Finds, starts and asks a supervisor, and stops what a dead one left behind; shared by several commands."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from pedidos.sentence import Sentence
from pedidos.settings import os_environment
from pedidos_local import control, credentials, logfiles, records
from pedidos_local.control import Message, Unreachable
from pedidos_local.daemon import AlreadyRunning, lock
from pedidos_local.environment import python
from pedidos_local.layout import Layout
from pedidos_local.supervisor_words import recognised

ANSWER_SECONDS = 10.0
"""Maximum wait for an answer that needs no work."""

WORK_SECONDS = 180.0
"""Maximum silence while programs are started or stopped."""

FIRST_START_SECONDS = 900.0
"""Maximum silence while a platform starts: the first time, it downloads Kafka."""

OBEY_SECONDS = 10.0
"""How long a supervisor that does not answer may take to end after SIGTERM."""


class NotStarted(Exception):
    """The supervisor could not be started; the message says why."""


@dataclass(frozen=True, slots=True)
class Supervised:
    """A platform's supervisor, running or not."""

    layout: Layout

    def ask(self, request: Message, timeout_seconds: float | None = ANSWER_SECONDS) -> Iterator[Message]:
        """Yields the answers to a request. Raises Unreachable if no supervisor runs, and DamagedSecrets."""
        try:
            token = credentials.read(self.layout.secrets_file).control
        except FileNotFoundError:
            raise Unreachable(
                Sentence("Nothing has been started in {state_dir} yet.", state_dir=self.layout.state_dir)
            ) from None
        return control.ask(self.layout.control_port, token, request, timeout_seconds)

    def status(self) -> Message | None:
        """What the supervisor reports about itself and its programs; None if none runs. Raises DamagedSecrets."""
        try:
            answer = next(self.ask({"do": "status"}))
        except Unreachable:
            return None
        return None if "error" in answer else answer  # another platform uses the port

    def start(self) -> None:
        """Starts a supervisor, detached from this terminal; returns when it listens. Raises NotStarted."""
        self.layout.make()
        readable, writable = os.pipe()
        log = logfiles.open_for_append(self.layout.log("supervisor"))
        process = subprocess.Popen(
            [sys.executable, "-m", "pedidos_local", str(writable)],
            env={
                **python((*os_environment.PROCESS, *os_environment.DOWNLOADS)),
                **os_environment.inherited(("PEDIDOS_*",)),
                "PEDIDOS_STATE_DIR": str(self.layout.state_dir),
                "PEDIDOS_PORT_BASE": str(self.layout.port_base),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[writable],
            start_new_session=True,
        )
        os.close(writable)
        os.close(log)
        try:
            with os.fdopen(readable, encoding="utf-8") as pipe:
                said = json.loads(pipe.readline() or "{}")
        except KeyboardInterrupt:
            process.terminate()  # nothing would own it; it stops what it has started, in order
            raise
        if "listening" not in said:
            process.wait(ANSWER_SECONDS)
            lines = logfiles.tail(self.layout.log("supervisor"), 15)
            raise NotStarted(
                recognised(said.get("error", "")) or Sentence.lines([Sentence("The supervisor died:"), *lines])
            )

    def end_without_supervisor(self) -> Iterator[str]:
        """Stops what runs according to the records, if no supervisor answers; yields what was stopped."""
        if not self.layout.run.exists():
            return
        try:
            held = lock(self.layout)
        except AlreadyRunning:  # it is alive but does not answer
            yield "supervisor"
            held = self._end_supervisor()
        yield from records.end_leftovers(self.layout.run, self.layout.state_dir)
        held.close()

    def wait_until_gone(self) -> None:
        """Waits until the supervisor's process has ended, which happens a moment after its last message."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            try:
                lock(self.layout).close()
            except AlreadyRunning:
                time.sleep(0.02)
            else:
                return

    def _end_supervisor(self) -> IO[str]:
        """Sends SIGTERM, and SIGKILL if that does not help; returns the lock that the supervisor held."""
        for number, patience in ((signal.SIGTERM, OBEY_SECONDS), (signal.SIGKILL, records.KILL_SECONDS)):
            told = None
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                try:
                    return lock(self.layout)
                except AlreadyRunning:
                    pid = self._supervisor_pid()
                    if pid not in (None, told):  # a supervisor that has just started has not written its file yet
                        with suppress(ProcessLookupError):
                            os.kill(pid, number)
                        told = pid
                    time.sleep(0.05)
        raise AlreadyRunning(Sentence("The supervisor (pid {pid}) cannot be ended.", pid=self._supervisor_pid() or "?"))

    def _supervisor_pid(self) -> int | None:
        """The pid in the supervisor's file; None if the file is missing or damaged, or names a dead process."""
        try:
            known = json.loads(self.layout.supervisor_file.read_text("utf-8"))
            pid, created = int(known["pid"]), known["created"]
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None
        return pid if records.created(pid) == created else None
