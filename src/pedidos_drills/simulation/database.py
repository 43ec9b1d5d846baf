"""A temporary PostgreSQL for a simulation: migrated and empty."""

import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import make_engine
from pedidos.storage.migrations import migrate
from pedidos_drills.place import NoPorts
from pedidos_local import ports, postgres
from pedidos_local.settings import LocalSettings

START_SECONDS = 60.0
PORT_BASES = range(21000, 22000, 10)
"""Different from those of the drills: a simulation needs few resources and does not have to wait for them."""


@contextmanager
def temporary_database() -> Iterator[DatabaseSettings]:
    """Settings with the address of the database. Raises TimeoutError if PostgreSQL does not start."""
    folder = Path(tempfile.mkdtemp(prefix="pedidos-simulation-"))
    local = LocalSettings(state_dir=folder, port_base=_free_base())
    password = secrets.token_hex(16)
    postgres.prepare(local, postgres.Passwords(password))
    try:
        with _running(local):
            address = f"{ports.LOOPBACK}:{local.port_base + ports.POSTGRES}"
            url = f"postgresql://{postgres.ROLE}:{password}@{address}/{postgres.DATABASE}"
            settings = DatabaseSettings(state_dir=folder, database_url=url, database_timeout_seconds=30.0)
            engine = make_engine(settings, "simulation")
            migrate(engine)
            engine.dispose()
            yield settings
    finally:
        postgres.destroy(local)
        shutil.rmtree(folder)


@contextmanager
def _running(local: LocalSettings) -> Iterator[None]:
    program = postgres.program(local)
    with (local.state_dir / "postgres.log").open("ab") as log:
        process = subprocess.Popen(
            # Nothing here has to survive a power failure.
            [*program.command, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=program.env,
            cwd=program.cwd,
            user=program.uid,
            group=program.gid,
            extra_groups=None if program.uid is None else [],
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not program.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL does not start")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(program.stop_signal)
        process.wait(START_SECONDS)


def _free_base() -> int:
    for base in PORT_BASES:
        if ports.is_free(base + ports.POSTGRES):
            return base
    raise NoPorts(f"No port for PostgreSQL is free from {PORT_BASES.start} to {PORT_BASES.stop}: end what uses them.")
