"""DBOS as a system of the benchmark: transactional steps or plain idempotent ones, in one process or in two."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pedidos_bench.sql import databases
from pedidos_bench.system import Servers, Target
from pedidos_bench.systems import peer_processes, peer_shop

REQUEST_THREADS = 16


@dataclass(frozen=True, slots=True)
class Dbos:
    """app: the module in peers.dbos that has the workflow. processes: each serves HTTP and runs workflows. threads: of
    each process, for workflows."""

    name: str
    label: str
    app: str
    processes: int
    threads: int

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
                "WORKFLOW_THREADS": str(self.threads),
            }
            with peer_processes.Processes(servers.folder / self.name, variables) as processes:
                url = processes.serve("app", f"peers.dbos.{self.app}:app", self.processes, REQUEST_THREADS)
                yield shop.target(url, processes.roots)


DBOS_STEPS = Dbos("dbos-steps", "DBOS, four plain idempotent steps, one process, 4 threads", "steps", 1, 4)
DBOS_STEPS_2 = Dbos("dbos-steps-2", "DBOS, four plain idempotent steps, two processes, 16 threads each", "steps", 2, 16)
DBOS = Dbos("dbos", "DBOS, four transactional steps, one process, 4 threads", "transactions", 1, 4)
DBOS_2 = Dbos("dbos-2", "DBOS, four transactional steps, two processes, 16 threads each", "transactions", 2, 16)

VARIANTS = (DBOS_STEPS, DBOS_STEPS_2, DBOS, DBOS_2)
