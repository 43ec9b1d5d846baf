"""A temporary place for a platform: a folder, and ports that no other process uses; removed at the end."""

import fcntl
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pedidos_local import ports, postgres
from pedidos_local.settings import LocalSettings

PORT_BASES = range(18400, 20000, 100)

_had: list[bool] = []
"""Not empty while this process holds the lock of alone()."""


class NoPorts(Exception):
    """No block of 100 ports is free."""


@contextmanager
def stage_folder() -> Iterator[tuple[Path, int]]:
    """A new state folder and a port base for a drill.

    Waits while another drill runs on this machine: two at the same time would use the same ports and slow each other
    down.
    """
    with alone(), own_place("pedidos-drill-", PORT_BASES) as place:
        yield place


@contextmanager
def own_place(prefix: str, bases: range) -> Iterator[tuple[Path, int]]:
    """A new state folder, and the first of these port bases whose 100 ports are free; PostgreSQL's files elsewhere are
    removed too. Raises NoPorts."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        base = _free_base(bases)
        try:
            yield folder, base
        finally:
            postgres.destroy(LocalSettings(state_dir=folder, port_base=base))
    finally:
        shutil.rmtree(folder)


@contextmanager
def alone() -> Iterator[None]:
    """Inside the context, no other drill runs on this machine. Enter it once around several drills in a row."""
    if _had:
        yield
        return
    with turn("pedidos-drills.lock", "Another drill runs on this machine; this one begins when it is over."):
        _had.append(True)
        try:
            yield
        finally:
            _had.clear()


@contextmanager
def turn(name: str, words: str) -> Iterator[None]:
    """Takes the lock of this name, which all users of the machine share; prints `words` if it has to wait."""
    with (Path(tempfile.gettempdir()) / name).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(words, file=sys.stderr)  # noqa: T201
            with _interruptible():
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _interruptible() -> Iterator[None]:
    """Inside, Ctrl-C ends a call that blocks. A running event loop only notes it, for when the call has returned."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _free_base(bases: range) -> int:
    for base in bases:
        if all(ports.is_free(port) for port in range(base, base + 100)):
            return base
    raise NoPorts(f"No 100 ports are free from {bases.start} to {bases.stop}: end what uses them.")
