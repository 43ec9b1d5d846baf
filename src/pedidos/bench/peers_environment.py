"""The Python environment in which the peers run: .venv-peers, made from locks/peers.txt when it is first needed."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path(__file__).parents[3]
LOCK_FILE = HOME / "locks" / "peers.txt"
ENVIRONMENT = HOME / ".venv-peers"
INSTALL_SECONDS = 600


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
                _make(find_uv())
    except OSError as error:
        raise Unavailable(f"The peers' environment {ENVIRONMENT} cannot be made: {error}") from error
    return ENVIRONMENT / "bin" / "python"


def find_uv() -> Path:
    """The uv that made our own environment, or one that is installed. Raises Unavailable."""
    beside = Path(sys.prefix)
    found = shutil.which("uv") or next(
        (str(uv) for uv in (beside / "uv" / "bin" / "uv", beside / "bin" / "uv") if uv.exists()), None
    )
    if found is None:
        raise Unavailable("uv is not installed: start pedidos with ./pedidos, which brings it.")
    return Path(found)


def _fits() -> bool:
    installed, identity = ENVIRONMENT / "installed.txt", ENVIRONMENT / "installed-for"
    if not (installed.exists() and identity.exists() and (ENVIRONMENT / "bin" / "python").exists()):
        return False
    return installed.read_bytes() == LOCK_FILE.read_bytes() and identity.read_text("utf-8") == _identity()


def _make(uv: Path) -> None:
    print("pedidos: preparing the environment of the benchmark's peers (once) …", file=sys.stderr)  # noqa: T201
    _run(uv, "venv", "--quiet", "--no-project", "--clear", "--python", sys.executable, str(ENVIRONMENT))
    python = str(ENVIRONMENT / "bin" / "python")
    _run(uv, "pip", "sync", "--quiet", "--no-config", "--require-hashes", "--python", python, str(LOCK_FILE))
    (ENVIRONMENT / "installed-for").write_text(_identity(), "utf-8")
    draft = ENVIRONMENT / "installed.new"
    shutil.copyfile(LOCK_FILE, draft)
    draft.replace(ENVIRONMENT / "installed.txt")  # last: an environment that was cut short does not fit


def _run(uv: Path, *arguments: str) -> None:
    try:
        done = subprocess.run(
            [str(uv), *arguments], capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"The peers' packages were not installed within {INSTALL_SECONDS} s.") from error
    if done.returncode != 0:
        raise Unavailable(f"The peers' packages could not be installed. Is there a network?\n{done.stderr.strip()}")


def _identity() -> str:
    """Of the interpreter that it was made for: an upgrade of the system changes it."""
    return f"{sys.implementation.name} {sys.version_info[:2]} {os.path.realpath(sys.executable)}\n"


@contextmanager
def _alone() -> Iterator[None]:
    """Two who need it at once: the second one waits, and finds it made."""
    with (HOME / ".venv-peers.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
