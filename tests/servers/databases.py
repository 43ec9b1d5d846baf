"""A PostgreSQL with TLS, of any version, and a PgBouncer before it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from pedidos.storage.roles import ROLES, SEES_SESSIONS
from pedidos_dev.server_packages import CACHE
from pedidos_local.ports import LOOPBACK
from pedidos_local.postgres import DATABASE, ROLE
from pedidos_local.program import Program
from tests.servers.authority import Authority
from tests.servers.daemons import find, give, listens, started, unprivileged
from tests.support.ports import free_port
from tests.support.programs import ManagedProgram

SUPERUSER = "postgres"
PASSWORD = "p@ss:/?#%;é"
"""With the characters that an address has to write in another way."""
WRITTEN = "p%40ss%3A%2F%3F%23%25%3B%C3%A9"

ACCESS = f"""\
local all all trust
hostssl certified all {LOOPBACK}/32 cert map=anyone
hostssl all all {LOOPBACK}/32 scram-sha-256
hostnossl all all {LOOPBACK}/32 reject
"""

INI = """\
[databases]
{database} = host=localhost port={server_port} dbname={database}
[pgbouncer]
listen_addr = {address}
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 6
max_client_conn = 500
server_tls_sslmode = verify-full
server_tls_ca_file = {authority}
client_tls_sslmode = require
client_tls_cert_file = {chain}
client_tls_key_file = {key}
pidfile = {folder}/pgbouncer.pid
admin_users = {role}
"""


@dataclass(frozen=True, slots=True)
class Database:
    """port: where it listens, with TLS alone. authority: the file of who vouches for it. socket: folder of the socket
    by which the superuser enters."""

    port: int
    authority: Path
    socket: Path
    program: ManagedProgram

    def url(self, role: str = ROLE, *, port: int | None = None, mode: str = "verify-full") -> str:
        """The address for a role; port: that of a pooler before it."""
        safety = f"sslmode={mode}&sslrootcert={self.authority}"
        return f"postgresql://{role}:{WRITTEN}@localhost:{port or self.port}/{DATABASE}?{safety}"

    @contextmanager
    def superuser(self, database: str = SUPERUSER) -> Iterator[psycopg.Connection]:
        where = f"host={self.socket} port={self.port} dbname={database} user={SUPERUSER}"
        with psycopg.connect(where, autocommit=True) as connection:
            yield connection


@contextmanager
def postgres(programs: Path, folder: Path, authority: Authority) -> Iterator[Database]:
    """Inside, a new cluster runs, with the roles of the processes. programs: the folder of initdb and postgres."""
    folder.mkdir(parents=True, exist_ok=True)
    give(folder)
    data, port = folder / "data", free_port()
    uid, gid = unprivileged()
    environment = {"LC_ALL": "C", "LD_LIBRARY_PATH": str(programs.parent / "lib")}
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale", "C", "-N"],
        check=True,
        capture_output=True,
        cwd=folder,
        env=environment,
        user=uid,
        group=gid,
        extra_groups=None if uid is None else [],
    )
    certificate = authority.server()
    key = data / "server.key"
    key.write_bytes(certificate.key.read_bytes())
    key.chmod(0o600)
    give(key)
    (data / "pg_hba.conf").write_text(ACCESS)
    (data / "pg_ident.conf").write_text("anyone /^(.*)$ \\1\n")
    settings = {
        "listen_addresses": LOOPBACK,
        "port": port,
        "unix_socket_directories": folder,
        "max_connections": 150,
        "ssl": "on",
        "ssl_cert_file": certificate.chain,
        "ssl_key_file": key,
        "ssl_ca_file": authority.file,
        "fsync": "off",
        "full_page_writes": "off",
        "log_error_verbosity": "terse",
        "jit": "off",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    program = Program(
        name=f"postgres-{port}",
        kind="postgres",
        command=[str(programs / "postgres"), "-D", str(data), *options],
        ready=lambda: _is_ready(folder, port),
        env=environment,
        cwd=folder,
        uid=uid,
        gid=gid,
    )
    managed = started(program, folder)
    try:
        found = Database(port, authority.file, folder, managed)
        with found.superuser() as connection:
            for role in (ROLE, *ROLES):
                made = sql.SQL("create role {} login password {}").format(sql.Identifier(role), sql.Literal(PASSWORD))
                connection.execute(made)
            connection.execute(f"create database {DATABASE} owner {ROLE} template template0")
            for kind in SEES_SESSIONS:
                connection.execute(f"grant pg_read_all_stats to {kind.role}")
        yield found
    finally:
        managed.end()


def _is_ready(folder: Path, port: int) -> bool:
    try:
        with psycopg.connect(host=str(folder), port=port, user=SUPERUSER, dbname=SUPERUSER, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


@contextmanager
def pgbouncer(database: Database, folder: Path, authority: Authority) -> Iterator[int]:
    """Inside, a PgBouncer in transaction mode runs before the database; its port."""
    program_file = find("pgbouncer")
    folder.mkdir(parents=True, exist_ok=True)
    give(folder)
    port, certificate = free_port(), authority.server()
    users = "".join(f'"{role}" "{PASSWORD}"\n' for role in (ROLE, *ROLES))
    text = INI.format(
        database=DATABASE,
        server_port=database.port,
        address=LOOPBACK,
        port=port,
        folder=folder,
        authority=authority.file,
        chain=certificate.chain,
        key=certificate.key,
        role=ROLE,
    )
    for name, content in (("users.txt", users), ("pgbouncer.ini", text)):
        (folder / name).write_text(content, encoding="utf-8")
        give(folder / name)
    uid, gid = unprivileged()
    command = [program_file, str(folder / "pgbouncer.ini")]
    program = Program("pgbouncer", "pgbouncer", command, listens(port), cwd=folder, uid=uid, gid=gid)
    managed = started(program, folder)
    try:
        yield port
    finally:
        managed.end()


NONE_HERE = "no PostgreSQL from 16 on, built with TLS, is installed where Debian puts it, or was fetched with npm"


def _versions() -> dict[int, Path]:
    """The folders of the programs of PostgreSQL 16 and newer on this machine, by major version. That of the local
    platform is built without TLS."""
    debian = {int(path.parts[-3]): path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")}
    fetched = {int(path.parts[-4]): path.parent for path in CACHE.glob("*/native/bin/postgres")}
    return {number: path for number, path in sorted((fetched | debian).items()) if number >= 16}


VERSIONS = _versions()
