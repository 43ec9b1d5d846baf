"""The Python environment of the peers: .venv-peers, created from locks/peers.txt when it is first needed."""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pedidos_local import uv

HOME = Path(__file__).parents[2]
LOCK_FILE = HOME / "locks" / "peers.txt"
ENVIRONMENT = HOME / ".venv-peers"


class Unavailable(Exception):
    """The environment cannot be created; the message says why and what to do."""


def ensure() -> Path:
    """Returns the environment's Python, with the locked packages installed; does nothing if they already are.

    Raises Unavailable.
    """
    if not LOCK_FILE.exists():
        raise Unavailable(f"{LOCK_FILE} is missing: the peers run only from a checkout.")
    try:
        with _alone():
            if not _fits():
                _make()
    except uv.UvFailed as error:
        raise Unavailable(f"The peers' packages could not be installed. {error}") from error
    except OSError as error:
        raise Unavailable(f"The peers' environment {ENVIRONMENT} cannot be made: {error}") from error
    return ENVIRONMENT / "bin" / "python"


def _fits() -> bool:
    installed, identity = ENVIRONMENT / "installed.txt", ENVIRONMENT / "installed-for"
    if not (installed.exists() and identity.exists() and (ENVIRONMENT / "bin" / "python").exists()):
        return False
    return installed.read_bytes() == LOCK_FILE.read_bytes() and identity.read_text("utf-8") == _identity()


def _make() -> None:
    print("pedidos: preparing the environment of the benchmark's peers (once) …", file=sys.stderr)  # noqa: T201
    uv.run("venv", "--quiet", "--no-project", "--clear", "--python", sys.executable, str(ENVIRONMENT))
    python = str(ENVIRONMENT / "bin" / "python")
    uv.run("pip", "sync", "--quiet", "--no-config", "--require-hashes", "--python", python, str(LOCK_FILE))
    (ENVIRONMENT / "installed-for").write_text(_identity(), "utf-8")
    draft = ENVIRONMENT / "installed.new"
    shutil.copyfile(LOCK_FILE, draft)
    draft.replace(ENVIRONMENT / "installed.txt")  # last, so that an incomplete environment does not count as installed


def _identity() -> str:
    """Identifies the interpreter of the environment; an upgrade of the system changes it."""
    return f"{sys.implementation.name} {sys.version_info[:2]} {os.path.realpath(sys.executable)}\n"


@contextmanager
def _alone() -> Iterator[None]:
    """A lock: if two processes need the environment at the same time, the second one waits and finds it ready."""
    with (HOME / ".venv-peers.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
