"""Where a drill's platform lives: a folder and ports that nobody else uses, gone when the drill is over."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pedidos.local import ports, postgres
from pedidos.settings import Settings

PORT_BASES = range(18400, 20000, 100)


class NoPorts(Exception):
    """No block of 100 ports is free."""


@contextmanager
def stage_folder() -> Iterator[tuple[Path, int]]:
    """A new state folder and a port base; what PostgreSQL keeps elsewhere goes with them."""
    folder = Path(tempfile.mkdtemp(prefix="pedidos-drill-"))
    base = _free_base()
    try:
        yield folder, base
    finally:
        postgres.destroy(Settings(state_dir=folder, port_base=base))
        shutil.rmtree(folder)


def _free_base() -> int:
    for base in PORT_BASES:
        if all(ports.is_free(port) for port in range(base, base + 100)):
            return base
    raise NoPorts(f"No 100 ports are free from {PORT_BASES.start} to {PORT_BASES.stop}: end what uses them.")
