"""PostgreSQL and Kafka of these tests' own, because they kill them, and because the log must never be emptied here."""

import os
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path

from pedidos.messaging.kafka import create_topics
from pedidos.settings.groups import DatabaseSettings, TopicSettings
from pedidos.storage.engine import make_engine
from pedidos.storage.migrations import migrate
from pedidos_local import kafka, postgres
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings

PORTS_OF_A_PLATFORM = 10


class Servers:
    """A migrated database and the topics, from the components of the local platform."""

    def __init__(self, folder: Path) -> None:
        base = _free_ports()
        password = secrets.token_hex(8)
        self._settings = settings = LocalSettings(state_dir=folder, port_base=base)
        self.database_url = f"postgresql://pedidos:{password}@127.0.0.1:{base + 2}/pedidos"
        self.kafka_bootstrap = f"127.0.0.1:{base + 4}"
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        postgres.prepare(settings, password)
        kafka.prepare(settings)
        self._programs = {"postgres": postgres.program(settings), "kafka": kafka.programs(settings)[0]}
        self.start("postgres")
        self.start("kafka")
        engine = make_engine(DatabaseSettings(database_url=self.database_url), "tests")
        migrate(engine)
        engine.dispose()
        create_topics(TopicSettings(kafka_bootstrap=self.kafka_bootstrap))

    def start(self, name: str, seconds: float = 60) -> None:
        program = self._programs[name]
        self._running[name] = self._spawn(program)
        deadline = time.monotonic() + seconds
        while not program.ready():
            assert self._running[name].poll() is None, (self._folder / f"{name}.log").read_text()
            assert time.monotonic() < deadline, f"{name} does not start"
            time.sleep(0.1)

    def stop(self, name: str, how: signal.Signals | None = None) -> None:
        process = self._running.pop(name)
        process.send_signal(how or self._programs[name].stop_signal)
        process.wait(30)

    def start_missing(self) -> None:
        """After a test that failed half way."""
        for name in self._programs.keys() - self._running.keys():
            self.start(name)

    def end(self) -> None:
        for name in list(self._running):
            self.stop(name)
        postgres.destroy(self._settings)

    def _spawn(self, program: Program) -> "subprocess.Popen[bytes]":
        with (self._folder / f"{program.kind}.log").open("ab") as log:
            return subprocess.Popen(
                program.command,
                env=os.environ | program.env,
                cwd=program.cwd,
                user=program.uid,
                group=program.gid,
                extra_groups=None if program.uid is None else [],
                stdout=log,
                stderr=log,
            )


def _free_ports() -> int:
    """The first of as many neighbouring ports as a platform uses."""
    while True:
        base = 24000 + secrets.randbelow(6000)
        probes = [socket.socket() for _ in range(PORTS_OF_A_PLATFORM)]
        try:
            for offset, probe in enumerate(probes):
                probe.bind(("127.0.0.1", base + offset))
        except OSError:
            continue
        else:
            return base
        finally:
            for probe in probes:
                probe.close()
