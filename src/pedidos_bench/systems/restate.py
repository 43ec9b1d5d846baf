"""Restate as a system of the benchmark, with different numbers of handler processes and threads for the steps."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from pedidos_bench.system import Servers, Target
from pedidos_bench.systems import peer_processes, peer_shop, restate_server
from pedidos_bench.systems.peer_processes import answers, free_port
from pedidos_local import ports

WEB_WORKERS = 2
WEB_THREADS = 8
REGISTER_SECONDS = 30

_UNLIMITED = 2**31 - 1
"""For hypercorn, as Restate's guide to serving says."""


class NotRegistered(Exception):
    """The server does not take the handler; the message is its answer."""


@dataclass(frozen=True, slots=True)
class Restate:
    """processes: of the handler. threads: in each, for the steps. fetch: whether the server may be downloaded."""

    name: str
    label: str
    processes: int
    threads: int
    fetch: bool = False

    def missing(self) -> str | None:
        try:
            restate_server.ensure(fetch=self.fetch)
        except restate_server.NotHere as problem:
            return str(problem)
        return peer_processes.missing()

    @contextmanager
    def started(self, servers: Servers) -> Iterator[Target]:
        program = restate_server.ensure(fetch=self.fetch)
        folder = servers.folder / self.name
        folder.mkdir(parents=True, exist_ok=True)
        ingress, admin, node, handler = (free_port() for _ in range(4))
        with (
            peer_shop.opened(servers, "bench_restate") as shop,
            tempfile.TemporaryDirectory(dir=folder, prefix="data-") as data,
        ):
            variables = {
                "DATABASE_URL": peer_shop.sqlalchemy_url(shop.database_url),
                "JWKS_FILE": str(shop.jwks_file),
                "INGRESS": f"{ports.LOOPBACK}:{ingress}",
                "REQUEST_THREADS": str(WEB_THREADS),
                "STEP_THREADS": str(self.threads),
                "DO_NOT_TRACK": "1",
            }
            with peer_processes.Processes(folder, variables) as processes:
                configuration = folder / "server.toml"
                configuration.write_text(_server(Path(data), ingress, admin, node), "utf-8")
                command = [str(program), "--config-file", str(configuration)]
                processes.start("server", command, answers(admin, "/health"))
                served = folder / "hypercorn.toml"
                served.write_text(_handler(handler, self.processes), "utf-8")
                serving = ["-m", "hypercorn", "--config", str(served), "peers.restate.handler:app"]
                processes.start("handler", [peer_processes.python(), *serving], answers(handler, "/health"))
                _register(admin, handler)
                url = processes.serve("api", "peers.restate.web:app", WEB_WORKERS, WEB_THREADS)
                yield shop.target(url, processes.roots)


def _server(data: Path, ingress: int, admin: int, node: int) -> str:
    """The server's configuration: its defaults, on loopback. Like PostgreSQL, it waits until what it has written is on
    disk."""
    return f"""\
cluster-name = "bench"
node-name = "bench"
base-dir = {json.dumps(str(data))}
listen-mode = "tcp"
bind-address = "{ports.LOOPBACK}:{node}"
advertised-address = "http://{ports.LOOPBACK}:{node}/"
log-filter = "warn"

[ingress]
bind-address = "{ports.LOOPBACK}:{ingress}"

[admin]
bind-address = "{ports.LOOPBACK}:{admin}"
"""


def _handler(port: int, processes: int) -> str:
    return f"""\
bind = "{ports.LOOPBACK}:{port}"
workers = {processes}
h2_max_concurrent_streams = {_UNLIMITED}
keep_alive_max_requests = {_UNLIMITED}
keep_alive_timeout = {_UNLIMITED}
"""


def _register(admin: int, handler: int) -> None:
    """Tells the server where the handler is. Raises NotRegistered and OSError."""
    connection = HTTPConnection(ports.LOOPBACK, admin, timeout=REGISTER_SECONDS)
    try:
        body = json.dumps({"uri": f"http://{ports.LOOPBACK}:{handler}"})
        connection.request("POST", "/deployments", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace")
    finally:
        connection.close()
    if answer.status not in (200, 201):
        raise NotRegistered(f"HTTP {answer.status}: {said[:500]}")


def variants(*, fetch: bool) -> list[Restate]:
    """Every variant."""
    return [
        Restate("restate", "Restate, four steps, one handler process, 4 threads", 1, 4, fetch),
        Restate("restate-8", "Restate, four steps, one handler process, 8 threads", 1, 8, fetch),
        Restate("restate-2", "Restate, four steps, two handler processes, 4 threads each", 2, 4, fetch),
    ]
