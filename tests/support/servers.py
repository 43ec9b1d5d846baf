"""PostgreSQL, Valkey and Kafka for a run of the tests: the platform's own local servers, on ports of their own.

Each is started when it is first requested, together with the others that the selected tests will request. Each is ended
by its process id, whatever the result of the tests.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from pedidos.messaging.kafka import create_topics
from pedidos.settings.groups import DatabaseSettings, TopicSettings
from pedidos.storage.engine import make_engine
from pedidos.storage.migrations import migrate
from pedidos_local import kafka, ports, postgres, valkey
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings

PASSWORD = "of-the-tests"
START_SECONDS = 90.0
SLOTS = range(22000, 23000, 10)
"""Bases of ten ports each. The test run that holds the last port of a slot owns the slot."""


class Served:
    """One program, running and ready."""

    def __init__(self, program: Program, log: Path, *, wait: bool = True) -> None:
        """wait: until it is ready; otherwise the caller calls wait_until_ready."""
        self._program = program
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | program.env,
                cwd=program.cwd,
                user=program.uid,
                group=program.gid,
                extra_groups=None if program.uid is None else [],
                start_new_session=True,
            )
        if wait:
            self.wait_until_ready(log)

    def wait_until_ready(self, log: Path) -> None:
        """Raises RuntimeError with the end of the log when it does not become ready."""
        deadline = time.monotonic() + START_SECONDS
        while not self._program.ready():
            if not self.running or time.monotonic() > deadline:
                self.end()
                raise RuntimeError(f"{self._program.name} does not start:\n{log.read_text('utf-8', 'replace')[-4000:]}")
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """kill -9 of the program and its children, whatever they are doing."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def end(self) -> None:
        """Stops it as the platform does; kills it when that takes too long."""
        if self.running:
            self._process.send_signal(self._program.stop_signal)
            try:
                self._process.wait(self._program.stop_seconds)
            except subprocess.TimeoutExpired:
                self.kill()


class Servers:
    """The addresses of the servers; asking for one waits until it serves."""

    def __init__(self, wanted: Collection[str]) -> None:
        """wanted: the names of the addresses that will be asked for, so that those servers start at the same time."""
        self._folder = Path(tempfile.mkdtemp(prefix="pedidos-tests-"))
        self._folder.chmod(0o755)  # as root, PostgreSQL runs as another user
        self._claim, base = _claim_slot()
        self._settings = LocalSettings(state_dir=self._folder, port_base=base)
        self._served: list[Served] = []
        self._starters: dict[str, Callable[[], str]] = {
            "database_url": self._start_postgres,
            "valkey_url": self._start_valkey,
            "kafka_bootstrap": self._start_kafka,
        }
        self._pool = ThreadPoolExecutor(len(self._starters))
        self._started: dict[str, Future[str]] = {}
        for name in self._starters.keys() & set(wanted):
            self._begin(name)

    def address(self, name: str) -> str:
        """One of database_url, valkey_url, kafka_bootstrap."""
        return self._begin(name).result(START_SECONDS + 30)

    def _begin(self, name: str) -> "Future[str]":
        if name not in self._started:
            self._started[name] = self._pool.submit(self._starters[name])
        return self._started[name]

    def end(self) -> None:
        """Ends what was started and removes its files."""
        self._pool.shutdown(wait=True)
        for served in reversed(self._served):
            served.end()
        postgres.destroy(self._settings)
        shutil.rmtree(self._folder)
        self._claim.close()

    def _serve(self, program: Program) -> None:
        self._served.append(Served(program, self._folder / f"{program.name}.log"))

    def _start_postgres(self) -> str:
        postgres.prepare(self._settings, PASSWORD)
        program = postgres.program(self._settings)
        # Nothing here has to survive a power cut.
        program.command.extend(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_prepared_transactions=4"])
        self._serve(program)
        port = self._settings.port_base + ports.POSTGRES
        url = f"postgresql://{postgres.ROLE}:{PASSWORD}@{ports.LOOPBACK}:{port}/{postgres.DATABASE}"
        engine = make_engine(DatabaseSettings(database_url=url), "tests")
        try:
            migrate(engine)
        finally:
            engine.dispose()
        return url

    def _start_valkey(self) -> str:
        valkey.prepare(self._settings, PASSWORD)
        self._serve(valkey.program(self._settings, PASSWORD))
        return f"redis://:{PASSWORD}@{ports.LOOPBACK}:{self._settings.port_base + ports.VALKEY}/0"

    def _start_kafka(self) -> str:
        kafka.prepare(self._settings)
        for program in kafka.programs(self._settings):
            self._serve(program)
        bootstrap = f"{ports.LOOPBACK}:{self._settings.port_base + ports.KAFKA}"
        create_topics(TopicSettings(kafka_bootstrap=bootstrap))
        return bootstrap


def _claim_slot() -> tuple[socket.socket, int]:
    """A slot that no other test run owns; this run owns it until the socket is closed."""
    for base in SLOTS:
        claim = socket.socket()
        try:
            claim.bind((ports.LOOPBACK, base + 9))
        except OSError:
            claim.close()
            continue
        if all(ports.is_free(base + each) for each in range(9)):
            return claim, base
        claim.close()
    raise RuntimeError(f"All ports from {SLOTS.start} to {SLOTS.stop} are taken.")
