"""The processes of the pipeline, each of which can be killed and started again, and orders that run through them."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psutil
from sqlalchemy import Engine

from pedidos.domain.order import SETTLED
from pedidos.storage.roles import ProcessKind
from pedidos_local import processes
from pedidos_local.layout import Layout
from pedidos_local.program import Program
from pedidos_local.settings import PlatformSettings
from tests.support.ports import free_port
from tests.support.processes import ADMIN_KEY, PLATFORM_KEY
from tests.support.programs import ManagedProgram
from tests.support.servers import as_role
from tests.support.shop import Product, make_customer, make_merchant, make_product, place_order
from tests.support.tables import check, empty, rows, statuses
from tests.support.waiting import until

OfKind = Callable[[str, PlatformSettings], PlatformSettings]


def as_they_are(_kind: str, settings: PlatformSettings) -> PlatformSettings:
    """Every process has the same settings."""
    return settings


USUAL = ("gateway-1", "relay-1", "bridge-1", "worker-1", "scheduler-1")


class Rig:
    """Processes by name (relay-1, bridge-2, …); and a merchant whose orders they carry."""

    def __init__(self, settings: PlatformSettings, engine: Engine, of_kind: OfKind = as_they_are) -> None:
        """settings lack only the gateway, which the rig runs. of_kind: what differs for a kind of process."""
        self._gateway_port = free_port()
        self.settings = settings.model_copy(
            update={
                "gateway_url": f"http://127.0.0.1:{self._gateway_port}",
                "gateway_key": PLATFORM_KEY,
                "gateway_admin_key": ADMIN_KEY,
                "gateway_book": settings.state_dir / "gateway" / "book.sqlite",
            }
        )
        self.engine = engine
        self.merchant = make_merchant(engine)
        self.customer = make_customer(engine)
        self.products: list[Product] = []
        self.plenty = self.product(1_000_000)
        self._layout = Layout.of(settings)
        self._layout.make()
        self._running: dict[str, ManagedProgram] = {}
        self._of_kind = of_kind

    def start(self, *names: str) -> None:
        """Starts these, all at once; returns when each is ready."""
        begun = {name: self._begin(name) for name in names}
        self._running |= begun
        for program in begun.values():
            program.wait_until_ready()

    def ensure(self, *names: str) -> None:
        """Exactly these run, afterwards."""
        superfluous = [name for name, program in self._running.items() if name not in names or not program.running]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(ManagedProgram.end, [self._running.pop(name) for name in superfluous]))
        self.start(*(name for name in names if name not in self._running))

    def kill(self, name: str) -> None:
        """kill -9 of the process and its children."""
        self._running.pop(name).kill()

    def stop(self, name: str) -> None:
        """SIGTERM."""
        self._running.pop(name).end()

    def end(self) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(ManagedProgram.end, self._running.values()))
        self._running.clear()

    def log(self, name: str) -> str:
        return self._layout.log(name).read_text("utf-8", "replace")

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """The process is stopped (SIGSTOP) for the time being."""
        process = self._running[name].usage
        process.suspend()
        try:
            until(lambda: process.status() == psutil.STATUS_STOPPED, f"{name} to stop")
            yield
        finally:
            process.resume()

    def product(self, on_hand: int) -> Product:
        made = make_product(self.engine, self.merchant, on_hand=on_hand)
        self.products.append(made)
        return made

    def place(self, count: int = 1, token: str = "tok_ok", product: Product | None = None) -> list[UUID]:
        wanted = product or self.plenty
        return [place_order(self.engine, self.customer, wanted, token=token).order_id for _ in range(count)]

    def wait_for(self, order_ids: Sequence[UUID], *states: str) -> None:
        """Until each of the orders is in one of the states; without any: until the pipeline has nothing left to do."""
        wanted = set(states or SETTLED)
        until(lambda: set(statuses(self.engine, order_ids)) <= wanted, f"all orders to be {wanted}")

    def wait_until_published(self) -> None:
        """Until the relay has published and noted all of the log."""
        behind = "select from order_events e, relay_positions p where (e.txid, e.seq) > (p.txid, p.seq) limit 1"
        until(lambda: not rows(self.engine, behind), "the end of the log")

    def check(self) -> None:
        """The ledger: of stock and histories, and of money between the orders and the gateway's own book."""
        check(self.engine, self.products)
        with sqlite3.connect(f"file:{self.settings.gateway_book}?mode=ro", uri=True) as book:
            captured = dict(book.execute("select key, amount_cents from charges where status = 'captured'").fetchall())
            refunded = dict(book.execute("select key, amount_cents from refunds").fetchall())
        book.close()
        kept = {key: cents for key, cents in captured.items() if refunded.get(key) != cents}
        paid = rows(
            self.engine,
            "select id, total_cents from orders where status in"
            " ('paid', 'confirmed', 'preparing', 'on_its_way', 'delivered')",
        )
        assert kept == {f"charge:{order.id}": order.total_cents for order in paid}

    def workers_of(self, order_ids: Sequence[UUID]) -> set[str]:
        """Who moved them."""
        found = rows(
            self.engine, "select detail ->> 'by' as by from order_events where order_id = any(:i)", i=order_ids
        )
        return {row.by for row in found if row.by}

    def _begin(self, name: str) -> ManagedProgram:
        kind = name.rsplit("-", 1)[0]
        self._layout.heartbeat(name).unlink(missing_ok=True)
        program = ManagedProgram(self._program(kind, name), self._layout.log(name))
        program.begin()
        return program

    def _program(self, kind: str, name: str) -> Program:
        if kind == "gateway":
            return processes.serving(kind, name, self._gateway_port, self.settings)
        # Each with its own role, as on a platform: it can do what it needs, and what it does not need, it cannot.
        own = self.settings.model_copy(
            update={
                field: as_role(address, ProcessKind(kind))
                for field in ("database_url", "database_direct_url")
                if (address := getattr(self.settings, field)) is not None
            }
        )
        return processes.working(kind, name, self._of_kind(kind, own))


@contextmanager
def rig_on(engine: Engine, settings: PlatformSettings, folder: Path, of_kind: OfKind = as_they_are) -> Iterator[Rig]:
    """A rig without processes, on empty tables. What it runs at the end is ended."""
    empty(engine)
    rig = Rig(quick(folder, settings), engine, of_kind)
    try:
        yield rig
    finally:
        rig.end()


def quick(folder: Path, settings: PlatformSettings) -> PlatformSettings:
    """The settings with a state folder and quick clocks, so that what has to time out does so while a test waits."""
    return settings.model_copy(
        update={
            "state_dir": folder,
            "watchdog_seconds": 0.5,
            "stalled_after_seconds": 2.0,
            "charge_lease_seconds": 3.0,
            "charge_timeout_seconds": 8.0,
            "relay_lease_seconds": 3.0,
            "relay_batch": 50,
            "bridge_batch": 20,
        }
    )
