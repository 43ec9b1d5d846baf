"""Redis with TLS and users, sentinels that watch it, and RabbitMQ with TLS."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis

from pedidos_local.ports import LOOPBACK
from pedidos_local.program import Program
from tests.servers.authority import Authority
from tests.servers.daemons import find, listens, started
from tests.support.ports import free_port
from tests.support.programs import ManagedProgram

USER = "queue:user@/%"
PASSWORD = "p@ss:/?#[]%;, é'\"\\+&="
MASTER = "the queue"
SENTINEL_PASSWORD = "of the sentinels"

OVER_TLS = """\
bind {address}
port 0
tls-port {port}
tls-cert-file {chain}
tls-key-file {key}
tls-ca-cert-file {authority}
tls-auth-clients no
tls-replication yes
dir {folder}
"""

REDIS = (
    OVER_TLS
    + """\
save ""
appendonly no
maxmemory-policy noeviction
set-proc-title no
user default off
user "{user}" on #{hash} ~* &* +@all
user replica on >replica ~* &* +@all
masteruser replica
masterauth replica
repl-diskless-sync-delay 0
{more}
"""
)

SENTINEL = (
    OVER_TLS
    + """\
requirepass "{password}"
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel monitor "{master}" localhost {first} 1
sentinel auth-user "{master}" replica
sentinel auth-pass "{master}" replica
sentinel down-after-milliseconds "{master}" 1000
sentinel failover-timeout "{master}" 3000
"""
)

RABBITMQ = """\
listeners.tcp = none
listeners.ssl.1 = {address}:{port}
ssl_options.cacertfile = {authority}
ssl_options.certfile = {chain}
ssl_options.keyfile = {key}
ssl_options.verify = verify_none
"""

ADVANCED = """\
[{{rabbit, [{{default_user, <<{user}>>}}, {{default_pass, <<{password}>>}}, {{loopback_users, []}}]}}].
"""


def login(user: str = USER, password: str = PASSWORD) -> str:
    """As an address has it."""
    return f"{quote(user, safe='')}:{quote(password, safe='')}"


@dataclass(frozen=True, slots=True)
class Redis:
    """A Redis that speaks TLS alone, and knows one user."""

    port: int
    authority: Path
    program: ManagedProgram

    def url(self, password: str = PASSWORD, number: int = 0) -> str:
        """number: of the database. Within a process, kombu shares connections to the same address among all apps."""
        return f"rediss://{login(password=password)}@localhost:{self.port}/{number}"

    def client(self) -> redis.Redis:
        return redis.Redis(
            host="localhost",
            port=self.port,
            username="replica",
            password="replica",
            ssl=True,
            ssl_ca_certs=str(self.authority),
        )

    def set_password(self, password: str) -> None:
        """The old one is not valid any more, and connections that used it end."""
        hashed = hashlib.sha256(password.encode()).hexdigest()
        with self.client() as client:
            client.execute_command("ACL", "SETUSER", USER, "resetpass", f"#{hashed}")
            client.execute_command("CLIENT", "KILL", "USER", USER)


@contextmanager
def running_redis(folder: Path, authority: Authority, more: str = "") -> Iterator[Redis]:
    """more: lines for its configuration."""
    server = find("redis-server")
    port, certificate = free_port(), authority.server("localhost")  # not the address: a name that it does not stand for
    own = folder / str(port)
    own.mkdir(parents=True)
    configuration = own / "redis.conf"
    configuration.write_text(
        REDIS.format(
            address=LOOPBACK,
            port=port,
            chain=certificate.chain,
            key=certificate.key,
            authority=authority.file,
            folder=own,
            user=USER,
            hash=hashlib.sha256(PASSWORD.encode()).hexdigest(),
            more=more,
        )
    )
    managed = started(Program(f"redis-{port}", "redis", [server, str(configuration)], listens(port), cwd=own), own)
    try:
        yield Redis(port, authority.file, managed)
    finally:
        managed.end()


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Two sentinels, and the servers that they watch: the first leads at first."""

    ports: tuple[int, ...]
    servers: tuple[Redis, Redis]

    @property
    def url(self) -> str:
        first, *others = self.ports
        rest = "".join(f";sentinels://localhost:{port}" for port in others)
        return f"sentinels://{login()}@localhost:{first}/0{rest}"

    def leader(self) -> int:
        """The port of the server that the sentinels name."""
        with self._client() as client:
            return int(client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)[1])

    def followers(self) -> int:
        """The number of servers that follow and could lead."""
        (leading,) = (server for server in self.servers if server.port == self.leader())
        with leading.client() as client:
            return int(client.info("replication")["connected_slaves"])

    def _client(self) -> redis.Redis:
        return redis.Redis(
            host="localhost",
            port=self.ports[0],
            password=SENTINEL_PASSWORD,
            ssl=True,
            ssl_ca_certs=str(self.servers[0].authority),
        )


@contextmanager
def sentinels(folder: Path, authority: Authority) -> Iterator[Sentinels]:
    """Inside, a leader, its follower and two sentinels run."""
    program = find("redis-sentinel")
    certificate = authority.server()
    with ExitStack() as stack:
        first = stack.enter_context(running_redis(folder / "redis", authority))
        follower = stack.enter_context(
            running_redis(
                folder / "redis", authority, f"replicaof localhost {first.port}\nreplica-announce-ip localhost"
            )
        )
        ports = (free_port(), free_port())
        for port in ports:
            own = folder / f"sentinel-{port}"
            own.mkdir(parents=True)
            configuration = own / "sentinel.conf"
            configuration.write_text(
                SENTINEL.format(
                    address=LOOPBACK,
                    port=port,
                    chain=certificate.chain,
                    key=certificate.key,
                    authority=authority.file,
                    folder=own,
                    password=SENTINEL_PASSWORD,
                    master=MASTER,
                    first=first.port,
                )
            )
            command = [program, str(configuration)]
            managed = started(Program(f"sentinel-{port}", "sentinel", command, listens(port), cwd=own), own)
            stack.callback(managed.end)
        yield Sentinels(ports, (first, follower))


@contextmanager
def rabbitmq(folder: Path, authority: Authority) -> Iterator[str]:
    """Inside, a RabbitMQ runs that speaks TLS alone; its address."""
    server, epmd = find("rabbitmq-server"), find("epmd")
    port, of_nodes, of_names = free_port(), free_port(), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    certificate = authority.server()
    (folder / "rabbitmq.conf").write_text(
        RABBITMQ.format(
            address=LOOPBACK,
            port=port,
            authority=authority.file,
            chain=certificate.chain,
            key=certificate.key,
        )
    )
    user, password = (",".join(map(str, text.encode())) for text in (USER, PASSWORD))
    (folder / "advanced.config").write_text(ADVANCED.format(user=user, password=password))
    (folder / "enabled_plugins").write_text("[].")
    environment = {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"pedidos{port}@localhost",
        "RABBITMQ_BASE": str(folder),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_DIST_PORT": str(of_nodes),
        "ERL_EPMD_PORT": str(of_names),
        "ERL_EPMD_ADDRESS": LOOPBACK,
    }
    # Its own, in the foreground: the one that Erlang starts would outlive the tests.
    names = Program(
        "epmd", "epmd", [epmd, "-port", str(of_names), "-address", LOOPBACK], listens(of_names), env=environment
    )
    program = Program("rabbitmq", "rabbitmq", [server], listens(port), env=environment, cwd=folder, stop_seconds=20)
    with ExitStack() as stack:
        stack.callback(started(names, folder).end)
        stack.callback(started(program, folder).end)
        yield f"amqps://{login()}@localhost:{port}//"
