"""Where a drill's platform lives: a folder and ports that nobody else uses, gone when the drill is over."""

import fcntl
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pedidos.local import ports, postgres
from pedidos.settings import Settings

PORT_BASES = range(18400, 20000, 100)

_had: list[bool] = []
"""Not empty while this process is alone."""


class NoPorts(Exception):
    """No block of 100 ports is free."""


@contextmanager
def stage_folder() -> Iterator[tuple[Path, int]]:
    """A new state folder and a port base; what PostgreSQL keeps elsewhere goes with them.

    Waits while another drill of this machine has one: two at once would take the same ports, and each other's time.
    """
    with alone():
        folder = Path(tempfile.mkdtemp(prefix="pedidos-drill-"))
        base = _free_base()
        try:
            yield folder, base
        finally:
            postgres.destroy(Settings(state_dir=folder, port_base=base))
            shutil.rmtree(folder)


@contextmanager
def alone() -> Iterator[None]:
    """Inside, no other drill runs on this machine; who does several in a row takes it once for all of them."""
    if _had:
        yield
        return
    with (Path(tempfile.gettempdir()) / "pedidos-drills.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another drill runs on this machine; this one begins when it is over.", file=sys.stderr)  # noqa: T201
            fcntl.flock(lock, fcntl.LOCK_EX)
        _had.append(True)
        try:
            yield
        finally:
            _had.clear()


def _free_base() -> int:
    for base in PORT_BASES:
        if all(ports.is_free(port) for port in range(base, base + 100)):
            return base
    raise NoPorts(f"No 100 ports are free from {PORT_BASES.start} to {PORT_BASES.stop}: end what uses them.")
