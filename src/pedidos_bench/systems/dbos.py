"""DBOS as a system of the benchmark, in two variants: its transactional steps, and plain idempotent ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pedidos_bench.sql import databases
from pedidos_bench.system import Servers, Target
from pedidos_bench.systems import peer_processes, peer_shop

WORKERS = 2
REQUEST_THREADS = 16
WORKFLOW_THREADS = 16


@dataclass(frozen=True, slots=True)
class Dbos:
    """app: the module in peers.dbos that has the workflow."""

    name: str
    label: str
    app: str

    def missing(self) -> str | None:
        return peer_processes.missing()

    @contextmanager
    def started(self, servers: Servers) -> Iterator[Target]:
        with (
            peer_shop.opened(servers, "bench_dbos") as shop,
            databases.fresh(servers, "bench_dbos_system") as system_url,
        ):
            variables = {
                "DATABASE_URL": peer_shop.sqlalchemy_url(shop.database_url),
                "SYSTEM_DATABASE_URL": peer_shop.sqlalchemy_url(system_url),
                "JWKS_FILE": str(shop.jwks_file),
                "REQUEST_THREADS": str(REQUEST_THREADS),
                "WORKFLOW_THREADS": str(WORKFLOW_THREADS),
            }
            with peer_processes.Processes(servers.folder / self.name, variables) as processes:
                url = processes.serve("app", f"peers.dbos.{self.app}:app", WORKERS, REQUEST_THREADS)
                yield shop.target(url, processes.roots)


DBOS = Dbos("dbos", "DBOS, four transactional steps", "transactions")
DBOS_STEPS = Dbos("dbos-steps", "DBOS, four plain idempotent steps", "steps")
