"""PostgreSQL, Valkey and Kafka for a run of the tests: the platform's own local servers, on ports of their own.

Each is started when it is first requested, together with the others that the selected tests will request. Each is ended
by its process id, whatever the result of the tests.
"""

import shutil
import tempfile
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from pedidos.messaging.kafka import create_topics
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.settings.groups.kafka import TopicSettings
from pedidos.storage.engine import make_engine
from pedidos.storage.migrations import migrate
from pedidos.storage.roles import ROLES, ProcessKind
from pedidos_local import kafka, ports, postgres, valkey
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings
from tests.support.ports import PortBlock
from tests.support.programs import START_SECONDS, ManagedProgram

PASSWORD = "of-the-tests"


def as_role(database_url: str, kind: ProcessKind) -> str:
    """The address of the tests' database for the role of a kind of process."""
    return database_url.replace(f"//{postgres.ROLE}:", f"//{kind.role}:", 1)


class Servers:
    """The addresses of the servers; asking for one waits until it serves."""

    def __init__(self, wanted: Collection[str], *, prepared: bool = True) -> None:
        """wanted: the names of the addresses that will be asked for, so that those servers start at the same time.
        prepared: the database has its tables, and Kafka its topics."""
        self._prepared = prepared
        self._folder = Path(tempfile.mkdtemp(prefix="pedidos-tests-"))
        self._folder.chmod(0o755)  # as root, PostgreSQL runs as another user
        self._ports = PortBlock()
        self._settings = LocalSettings(state_dir=self._folder, port_base=self._ports.base)
        self._programs: dict[str, ManagedProgram] = {}
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

    def program(self, kind: str) -> ManagedProgram:
        """One of postgres, valkey, kafka, whose address has been asked for: to end it, and to start it again."""
        return self._programs[kind]

    def end(self) -> None:
        """Ends what was started and removes its files."""
        self._pool.shutdown(wait=True)
        for program in reversed(self._programs.values()):
            program.end()
        postgres.destroy(self._settings)
        shutil.rmtree(self._folder)
        self._ports.close()

    def _begin(self, name: str) -> "Future[str]":
        if name not in self._started:
            self._started[name] = self._pool.submit(self._starters[name])
        return self._started[name]

    def _serve(self, program: Program) -> None:
        managed = self._programs[program.kind] = ManagedProgram(program, self._folder / f"{program.name}.log")
        managed.start()

    def _start_postgres(self) -> str:
        roles = dict.fromkeys(ROLES, PASSWORD)
        postgres.prepare(self._settings, postgres.Passwords(PASSWORD, roles, superuser=PASSWORD))
        program = postgres.program(self._settings)
        # Nothing here has to survive a power cut.
        program.command.extend(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_prepared_transactions=4"])
        self._serve(program)
        port = self._settings.port_base + ports.POSTGRES
        url = f"postgresql://{postgres.ROLE}:{PASSWORD}@{ports.LOOPBACK}:{port}/{postgres.DATABASE}"
        if self._prepared:
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
        kafka.prepare(self._settings, None)
        for program in kafka.programs(self._settings, None):
            self._serve(program)
        bootstrap = f"{ports.LOOPBACK}:{self._settings.port_base + ports.KAFKA}"
        if self._prepared:
            create_topics(TopicSettings(kafka_bootstrap=bootstrap))
        return bootstrap
