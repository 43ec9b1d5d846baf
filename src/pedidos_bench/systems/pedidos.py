"""This platform as a system to measure: its own processes, as `pedidos up` runs them, on the shared servers."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine

from pedidos.security.rotation import ensure_keys
from pedidos.storage.engine import make_engine
from pedidos.storage.migrations import migrate
from pedidos_bench import in_process_gateway
from pedidos_bench.sql import charges, databases, history, platform
from pedidos_bench.supervised import Supervised
from pedidos_bench.system import Servers, Target
from pedidos_bench.systems import audit, fresh, shop
from pedidos_drills.evidence import read_book
from pedidos_drills.ledger.records import BookEntry
from pedidos_local import credentials, ports
from pedidos_local.layout import Layout
from pedidos_local.plan import make_plan
from pedidos_local.settings import PlatformSettings
from pedidos_local.supervisor import Kind

DATABASE = "bench_pedidos"
SHARED = frozenset({"postgres", "valkey", "kafka"})
DONE_HERE = frozenset({"data", "topics"})
AUDIT_SECONDS = 300.0
"""Maximum duration of one of the audit's statements."""


@dataclass(frozen=True, slots=True)
class PedidosTarget(Target):
    """full_bodies: as bodies, of orders with all that an order can have. live_url: the address of its event streams.
    edge_url, edge_ca_file: of its edge, if that runs. customers: the accounts of the tokens. scale(worker=0) sets the
    number of instances of a kind. engine: connections to its database."""

    full_bodies: Sequence[bytes]
    live_url: str
    edge_url: str
    edge_ca_file: Path | None
    customers: Sequence[UUID]
    scale: Callable[..., None]
    engine: Engine


@dataclass(frozen=True, slots=True)
class Pedidos:
    """https: requests go through the edge. edge: it runs, even if no request goes through it. without: kinds of process
    that do not run. customers: number of accounts that order. stored: number of orders stored before; events_alone: of
    these, there are only the orders and their events. counts: instances per kind of process. wait_ms: how long each
    charge takes, one after the other. send_ms: how much longer a relay waits for Kafka. simulator: use the platform's
    payment simulator over HTTP instead of a row.
    changes: settings that differ from the platform's defaults."""

    name: str = "pedidos"
    label: str = "pedidos, plain HTTP to the API"
    https: bool = False
    edge: bool = False
    without: frozenset[str] = frozenset()
    customers: int = shop.CUSTOMERS
    stored: int = 0
    events_alone: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    wait_ms: float = 0.0
    send_ms: float = 0.0
    simulator: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)

    def missing(self) -> str | None:
        """Always None: this platform can run here."""
        return None

    @contextmanager
    def started(self, servers: Servers) -> Iterator[PedidosTarget]:
        with ExitStack() as stack:
            url = stack.enter_context(databases.fresh(servers, DATABASE))
            book = servers.folder / f"gateway-{uuid4().hex}.sqlite"
            own = {"database_url": url, "gateway_book": book}
            settings = servers.settings.model_copy(update={"acceptance_seconds": 0, **self.changes, **own})
            engine = make_engine(settings.model_copy(update={"statement_timeout_seconds": AUDIT_SECONDS}), "bench")
            stack.callback(engine.dispose)
            opened, opening = self._furnish(servers, settings, engine)
            supervised = stack.enter_context(Supervised(self._kinds(settings), Layout.of(settings)))
            sold = stack.enter_context(platform.counting_sold(url))
            before = sum(each.sold for each in opening.stock.values())
            yield PedidosTarget(
                url=self._url(settings, "api"),
                ca_file=settings.ca_file if self.https else None,
                tokens=opened.tokens,
                bodies=opened.bodies,
                processes=supervised.processes,
                # Confirming an order sells its units.
                confirmed=lambda: (sold() - before) // shop.UNITS,
                audit=lambda accepted: self._audit(settings, engine, opening, supervised, accepted),
                full_bodies=opened.full_bodies,
                live_url=self._url(settings, "live"),
                edge_url=str(settings.public_url),
                edge_ca_file=settings.ca_file,
                customers=opened.customers,
                scale=supervised.scale,
                engine=engine,
            )

    def _furnish(self, servers: Servers, settings: PlatformSettings, engine: Engine) -> tuple[shop.Shop, audit.Opening]:
        keys_dir = settings.keys_dir
        ensure_keys(keys_dir)
        migrate(engine)
        charges.create_table(engine)
        opened = shop.open_shop(engine, keys_dir, self.customers)
        if self.stored:
            admin = servers.database_url.rpartition("/")[0] + f"/{DATABASE}"
            old = shop.MERCHANT, shop.PRODUCTS, opened.customers
            history.write(admin, self.stored, *old, events_alone=self.events_alone)
        fresh.topics(servers)
        fresh.queues(servers)
        return opened, audit.Opening.read(engine, shop.PRODUCTS)

    def _kinds(self, settings: PlatformSettings) -> list[Kind]:
        secrets = credentials.read(Layout.of(settings).secrets_file)
        edge = self.https or self.edge
        external = {*SHARED, *([] if edge else ["edge"]), *([] if self.simulator else ["gateway"])}
        left_out = DONE_HERE | self.without
        plan = [kind for kind in make_plan(settings, secrets, external) if kind.name not in left_out]
        return [self._adapted(kind, left_out) for kind in plan]

    def _adapted(self, kind: Kind, left_out: frozenset[str]) -> Kind:
        adapted = replace(kind, needs=kind.needs - left_out, count=self.counts.get(kind.name, kind.count))
        if kind.name == "worker" and not self.simulator:
            command = [sys.executable, "-m", "pedidos_bench.worker", f"{self.wait_ms:g}"]
        elif kind.name == "relay" and self.send_ms:
            command = [sys.executable, "-m", "pedidos_bench.relay", f"{self.send_ms:g}"]
        else:
            return adapted
        return replace(adapted, make=lambda number: replace(kind.make(number), command=command))

    def _url(self, settings: PlatformSettings, kind: str) -> str:
        if self.https:
            return str(settings.public_url)
        return f"http://{ports.LOOPBACK}:{ports.of_instance(settings, kind, 1)}"

    def _audit(
        self,
        settings: PlatformSettings,
        engine: Engine,
        opening: audit.Opening,
        supervised: Supervised,
        accepted: Sequence[str],
    ) -> list[str]:
        found = audit.findings(settings, engine, opening, shop.PRODUCTS, accepted, self._book(settings, engine))
        return found + [f"{name} died {count} times" for name, count in supervised.restarts().items()]

    def _book(self, settings: PlatformSettings, engine: Engine) -> list[BookEntry]:
        if self.simulator:
            return asyncio.run(read_book(settings))
        return in_process_gateway.read_book(engine)


def pedidos_gateway() -> Pedidos:
    """The same with each charge as a request to the payment simulator, whose CPU is a role of its own."""
    return Pedidos("pedidos-gateway", "pedidos, plain HTTP to the API, charges over HTTP", simulator=True)


def pedidos_https() -> Pedidos:
    """The same through the edge."""
    return Pedidos("pedidos-https", "pedidos, HTTPS through the edge", https=True)
