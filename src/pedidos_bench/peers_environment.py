"""The Python environment in which the peers run: .venv-peers, made from locks/peers.txt when it is first needed."""

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
    """The environment cannot be made; the message says why and what to do."""


def ensure() -> Path:
    """The environment's Python, with what the lock says installed; when it is already so, only looks.

    Raises Unavailable.
    """
    if not LOCK_FILE.exists():
        raise Unavailable(f"{LOCK_FILE} is missing: the peers are only run from a checkout.")
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
    draft.replace(ENVIRONMENT / "installed.txt")  # last: an environment that was cut short does not fit


def _identity() -> str:
    """Of the interpreter that it was made for: an upgrade of the system changes it."""
    return f"{sys.implementation.name} {sys.version_info[:2]} {os.path.realpath(sys.executable)}\n"


@contextmanager
def _alone() -> Iterator[None]:
    """Two who need it at once: the second one waits, and finds it made."""
    with (HOME / ".venv-peers.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
