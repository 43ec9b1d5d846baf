"""A PostgreSQL for a simulation: migrated, empty, and gone afterwards."""

import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pedidos.drills.place import stage_folder
from pedidos.local import ports, postgres
from pedidos.settings import Settings
from pedidos.storage.engine import make_engine
from pedidos.storage.migrations import migrate

START_SECONDS = 60.0


@contextmanager
def temporary_database() -> Iterator[Settings]:
    """Settings with the address of the database. Raises TimeoutError when PostgreSQL does not start."""
    with stage_folder() as (folder, port_base):
        folder.chmod(0o755)  # as root, PostgreSQL runs as another user
        settings = Settings(state_dir=folder, port_base=port_base)
        password = secrets.token_hex(16)
        postgres.prepare(settings, password)
        program = postgres.program(settings)
        with (folder / "postgres.log").open("ab") as log:
            process = subprocess.Popen(
                # Nothing here has to survive a power cut.
                [*program.command, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"],
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
        try:
            deadline = time.monotonic() + START_SECONDS
            while not program.ready():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise TimeoutError("PostgreSQL does not start")
                time.sleep(0.05)
            address = f"{ports.LOOPBACK}:{port_base + ports.POSTGRES}"
            url = f"postgresql://{postgres.ROLE}:{password}@{address}/{postgres.DATABASE}"
            found = settings.model_copy(update={"database_url": url, "database_timeout_seconds": 30.0})
            engine = make_engine(found, "simulation")
            migrate(engine)
            engine.dispose()
            yield found
        finally:
            process.send_signal(program.stop_signal)
            process.wait(START_SECONDS)
