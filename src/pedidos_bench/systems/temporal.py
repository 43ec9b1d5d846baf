"""Temporal as a system of the benchmark, in two variants: activities, and local activities."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from urllib.parse import unquote, urlsplit

from pedidos_bench.sql import databases
from pedidos_bench.system import Servers, Target
from pedidos_bench.systems import peer_processes, peer_shop, temporal_server
from pedidos_bench.systems.temporal_server import Binaries
from pedidos_local import ports

API_WORKERS = 2
API_THREADS = 16
ACTIVITY_THREADS = 32
SHARDS = 4
"""Number of shards of the history service, as in Temporal's own configuration for one machine."""

PORTS = 80
"""Offset of the first of its eight ports from the first port of the shared servers. The server accepts no ports above
32767."""

CONNECTIONS = 20
SCHEMA_SECONDS = 120
STORES = {"default": "temporal", "visibility": "visibility"}
"""Each store and the folder of its schema files."""

SERVICES = ("frontend", "history", "matching", "worker")


@dataclass(frozen=True, slots=True)
class Temporal:
    """workflow: the class in peers.temporal.workflows."""

    name: str
    label: str
    workflow: str

    def missing(self) -> str | None:
        try:
            temporal_server.ensure()
        except temporal_server.NotBuilt as problem:
            return str(problem)
        return peer_processes.missing()

    @contextmanager
    def started(self, servers: Servers) -> Iterator[Target]:
        binaries = temporal_server.ensure()
        with (
            peer_shop.opened(servers, "bench_temporal") as shop,
            databases.fresh(servers, "bench_temporal_default") as default_url,
            databases.fresh(servers, "bench_temporal_visibility") as visibility_url,
        ):
            folder = servers.folder / self.name
            stores = {"default": default_url, "visibility": visibility_url}
            frontend, configuration = _configuration(servers.settings.port_base + PORTS, stores)
            variables = {
                "DATABASE_URL": peer_shop.sqlalchemy_url(shop.database_url),
                "JWKS_FILE": str(shop.jwks_file),
                "POOL_SIZE": str(ACTIVITY_THREADS),
                "TEMPORAL_ADDRESS": f"{ports.LOOPBACK}:{frontend}",
                "WORKFLOW": self.workflow,
            }
            with peer_processes.Processes(folder, variables) as processes:
                for store, url in stores.items():
                    _make_schema(binaries, url, STORES[store])
                (folder / "server.yaml").write_text(json.dumps(configuration), "utf-8")  # JSON is valid YAML
                served = [str(binaries.server), "--config-file", "server.yaml", "--allow-no-auth", "start"]
                processes.start("server", served, lambda: processes.run_once("peers.temporal.namespace"))
                processes.start("worker", [peer_processes.python(), "-m", "peers.temporal.worker"])
                url = processes.serve("api", "peers.temporal.web:app", API_WORKERS, API_THREADS)
                yield shop.target(url, processes.roots)


def _make_schema(binaries: Binaries, database_url: str, schema: str) -> None:
    """Raises subprocess.CalledProcessError."""
    address = urlsplit(database_url)
    tool = [
        *(str(binaries.schema_tool), "--plugin", "postgres12"),
        *("--endpoint", str(address.hostname), "--port", str(address.port)),
        *("--user", str(address.username), "--database", address.path.lstrip("/")),
    ]
    variables = peer_processes.environment({"SQL_PASSWORD": unquote(str(address.password))})
    steps = (["setup-schema", "-v", "0.0"], ["update-schema", "--schema-name", f"postgresql/v12/{schema}"])
    for step in steps:
        subprocess.run([*tool, *step], env=variables, capture_output=True, timeout=SCHEMA_SECONDS, check=True)


def _configuration(port: int, stores: Mapping[str, str]) -> tuple[int, dict[str, object]]:
    """The frontend's port, and the server's configuration: four services in one process, on eight ports from port."""
    free = count(port)
    services = {
        name: {"rpc": {"grpcPort": next(free), "membershipPort": next(free), "bindOnLocalHost": True}}
        for name in SERVICES
    }
    frontend = services["frontend"]["rpc"]["grpcPort"]
    local = {"enabled": True, "initialFailoverVersion": 1, "rpcName": "frontend"}
    return frontend, {
        "log": {"stdout": True, "level": "warn"},
        "persistence": {
            "defaultStore": "default",
            "visibilityStore": "visibility",
            "numHistoryShards": SHARDS,
            "datastores": {name: {"sql": _sql(url)} for name, url in stores.items()},
        },
        "global": {"membership": {"maxJoinDuration": "30s", "broadcastAddress": ports.LOOPBACK}},
        "services": services,
        "clusterMetadata": {
            "enableGlobalNamespace": False,
            "failoverVersionIncrement": 10,
            "masterClusterName": "active",
            "currentClusterName": "active",
            "clusterInformation": {"active": {**local, "rpcAddress": f"{ports.LOOPBACK}:{frontend}"}},
        },
        "dcRedirectionPolicy": {"policy": "noop"},
        "archival": {name: {"state": "disabled"} for name in ("history", "visibility")},
        "namespaceDefaults": {"archival": {name: {"state": "disabled"} for name in ("history", "visibility")}},
    }


def _sql(database_url: str) -> dict[str, object]:
    address = urlsplit(database_url)
    return {
        "pluginName": "postgres12",
        "databaseName": address.path.lstrip("/"),
        "connectAddr": f"{address.hostname}:{address.port}",
        "connectProtocol": "tcp",
        "user": address.username,
        "password": unquote(str(address.password)),
        "maxConns": CONNECTIONS,
        "maxIdleConns": CONNECTIONS,
        "maxConnLifetime": "1h",
    }


TEMPORAL = Temporal("temporal", "Temporal, four activities", "WithActivities")
TEMPORAL_LOCAL = Temporal("temporal-local", "Temporal, four local activities", "WithLocalActivities")
