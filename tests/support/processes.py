"""The platform's processes for tests, each configured by environment variables as anywhere else."""

import secrets
import signal
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import requests

from pedidos.security.rotation import ensure_keys
from pedidos.security.tokens import TokenSigner
from pedidos.storage.roles import ProcessKind
from pedidos_local.environment import python
from pedidos_local.processes import answers, module_of
from pedidos_local.program import Program
from tests.support.ports import free_port
from tests.support.programs import ManagedProgram
from tests.support.servers import as_role
from tests.support.settings import ACCOUNT_KEYS, RECORD_KEYS

STOP_SECONDS = 30.0

PLATFORM_KEY, ADMIN_KEY = "key-of-the-platform", "key-of-the-drills"
"""Of the gateway."""


def bearer(key: str) -> dict[str, str]:
    """The header that presents a key."""
    return {"Authorization": f"Bearer {key}"}


def process(
    kind: str, folder: Path, ready: Callable[[], bool], settings: dict[str, object], module: str | None = None
) -> ManagedProgram:
    """A process of this kind, not started. settings: by their names. The folder keeps its state and a log of its own.
    module: the one to run, if it is not the kind's.

    It finds no platform.env: each of its settings is among these, or has its default. At the tests' database it has the
    role of its kind, as on a platform.
    """
    given = {"state_dir": folder, "instance": f"{kind}-1", "account_keys": ACCOUNT_KEYS} | settings
    if "database_url" in given:
        given["database_url"] = as_role(str(given["database_url"]), ProcessKind(kind))
    program = Program(
        name=kind,
        kind=kind,
        command=[sys.executable, "-m", module or module_of(kind)],
        ready=ready,
        env=python() | {f"PEDIDOS_{name.upper()}": str(value) for name, value in given.items()},
        stop_seconds=STOP_SECONDS,
    )
    return ManagedProgram(program, folder / f"{kind}-{secrets.token_hex(4)}.log")


class ServingProcess:
    """A process that serves HTTP on a port of its own: api, live, web, gateway. `child` starts and ends it."""

    module: str | None = None
    """The one to run, if it is not the kind's."""

    def __init__(self, kind: str, folder: Path, **settings: object) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.child = process(kind, folder, self.is_ready, {"port": self.port} | settings, self.module)

    def is_ready(self) -> bool:
        return answers(self.port)

    def is_alive(self) -> bool:
        """Whether it answers at all, also while it has no database."""
        try:
            return requests.get(f"{self.url}/livez", timeout=2).ok
        except requests.RequestException:
            return False


class LiveProcess(ServingProcess):
    """A live process, and the addresses of its streams."""

    def __init__(self, folder: Path, database_url: str, kafka_bootstrap: str, **settings: object) -> None:
        servers = {"database_url": database_url, "kafka_bootstrap": kafka_bootstrap, "record_keys": RECORD_KEYS}
        super().__init__("live", folder, **servers, keys_dir=folder / "keys", **settings)

    def own(self) -> str:
        """The stream of all that the caller may see."""
        return f"{self.url}/v1/events"

    def order(self, order_id: object) -> str:
        """The stream of one order."""
        return f"{self.url}/v1/orders/{order_id}/events"


LiveFactory = Callable[..., LiveProcess]
"""Starts a live process with these settings."""


@contextmanager
def live_factory(folder: Path, database_url: str, kafka_bootstrap: str) -> Iterator[LiveFactory]:
    """Starts live processes; those that still run at the end must end well. Their keys are in the folder already."""
    started: list[LiveProcess] = []

    def start(**settings: object) -> LiveProcess:
        server = LiveProcess(folder, database_url, kafka_bootstrap, **settings)
        started.append(server)
        server.child.start()
        return server

    try:
        yield start
        for server in started:
            if server.child.running:
                assert server.child.stop() == 0, server.child.said()
    finally:
        for server in started:
            server.child.end()


class GatewayProcess(ServingProcess):
    """The payment provider simulator, as the platform runs it."""

    def __init__(self, folder: Path, module: str | None = None, **settings: object) -> None:
        self.module = module
        self.book = folder / "gateway" / "book.sqlite"
        keys = {"gateway_key": PLATFORM_KEY, "gateway_admin_key": ADMIN_KEY}
        super().__init__("gateway", folder, gateway_book=self.book, **keys, **settings)


@contextmanager
def gateway_in(folder: Path, module: str | None = None, **settings: object) -> Iterator[GatewayProcess]:
    """Inside, a gateway runs: that of the module, if it is not the usual one."""
    process = GatewayProcess(folder, module, **settings)
    process.child.start()
    try:
        yield process
    finally:
        process.child.end()


class RelayProcess:
    """The relay, which can be killed, and sent back to publish again what it has published."""

    def __init__(self, folder: Path, database_url: str, kafka_bootstrap: str, shards: int = 1) -> None:
        self._database_url = database_url
        servers: dict[str, object] = {"database_url": database_url, "kafka_bootstrap": kafka_bootstrap}
        own = {"record_keys": RECORD_KEYS, "relay_batch": 50, "relay_shards": shards}
        self.child = process("relay", folder, lambda: True, servers | own)

    def start(self, without: str | None = None) -> None:
        """Does not wait until it works. without: a safeguard."""
        program = self.child.program
        if without is not None:
            command = [sys.executable, "-m", "pedidos_drills.run_mutant", without, *program.command[2:]]
            program = replace(program, command=command)
        self.child = ManagedProgram(program, self.child.log)
        self.child.begin()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.child.running:
            self.child.stop(how)

    def rewind(self, events: int) -> None:
        """While it is stopped: as if a crash had lost the last positions. These events go out again."""
        with psycopg.connect(self._database_url) as connection:
            connection.execute(
                "with back as (select greatest(published - %s, 0) as n from relay_positions where shard = 0),"
                " place as ("
                " select txid, seq, row_number() over (order by txid, seq) as n from order_events)"
                " update relay_positions set published = back.n, txid = coalesce(place.txid, '0'),"
                " seq = coalesce(place.seq, 0), lease_until = '-infinity'"
                " from back left join place on place.n = back.n where shard = 0",
                (events,),
            )


class Tokens:
    """Access tokens of accounts that need not exist, signed with the keys in a folder."""

    def __init__(self, keys_dir: Path) -> None:
        ensure_keys(keys_dir)
        self._keys_dir = keys_dir

    def customer(self, customer_id: uuid.UUID, seconds: int = 600, session_id: uuid.UUID | None = None) -> str:
        return self._signer(seconds).sign(customer_id, "customer", None, session_id=session_id)

    def merchant(self, merchant_id: uuid.UUID) -> str:
        return self._signer(600).sign(uuid.uuid4(), "merchant", merchant_id)

    def operator(self) -> str:
        return self._signer(600).sign(uuid.uuid4(), "operator", None)

    def _signer(self, seconds: int) -> TokenSigner:
        return TokenSigner(self._keys_dir / "signing.pem", seconds)
