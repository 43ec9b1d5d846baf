"""Relay and live processes as the platform runs them, on the shared PostgreSQL and Kafka."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

import pedidos
from pedidos.security.keys import ensure_keys
from pedidos.security.tokens import TokenSigner
from tests.integration.live.servers import Servers


class Child:
    """One process of the platform."""

    def __init__(self, kind: str, folder: Path, environment: dict[str, str]) -> None:
        self._kind = kind
        self.log = folder / f"{kind}-{secrets.token_hex(4)}.log"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, ready: Callable[[], bool] | None = None, without: str | None = None) -> None:
        """without: a safeguard that it is to do without."""
        module = f"pedidos.processes.{self._kind}"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    *([module] if without is None else ["pedidos_drills.run_mutant", without, module]),
                ],
                env=os.environ | {"PYTHONPATH": str(Path(pedidos.__file__).parents[1])} | self._environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 30
        while ready is not None and not ready():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """The exit status."""
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(20)

    def signal(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def usage(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)


class Relay:
    """The real relay, which can be killed and sent back to publish again what it has published."""

    def __init__(self, folder: Path, database_url: str, kafka_bootstrap: str) -> None:
        self._database_url = database_url
        self._child = Child(
            "relay",
            folder,
            {
                "PEDIDOS_STATE_DIR": str(folder),
                "PEDIDOS_DATABASE_URL": database_url,
                "PEDIDOS_KAFKA_BOOTSTRAP": kafka_bootstrap,
                "PEDIDOS_INSTANCE": "relay-1",
                "PEDIDOS_RELAY_BATCH": "50",
            },
        )

    def start(self, without: str | None = None) -> None:
        self._child.start(without=without)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._child.running:
            self._child.stop(how)

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


class LiveServer:
    """One live process."""

    def __init__(self, folder: Path, database_url: str, kafka_bootstrap: str, **settings: object) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.child = Child(
            "live",
            folder,
            {
                "PEDIDOS_STATE_DIR": str(folder),
                "PEDIDOS_DATABASE_URL": database_url,
                "PEDIDOS_KAFKA_BOOTSTRAP": kafka_bootstrap,
                "PEDIDOS_KEYS_DIR": str(folder / "keys"),
                "PEDIDOS_INSTANCE": "live-1",
                "PEDIDOS_PORT": str(self.port),
            }
            | {f"PEDIDOS_{name.upper()}": str(value) for name, value in settings.items()},
        )

    def start(self) -> None:
        self.child.start(self.is_ready)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310  # ours
                return bool(answer.status == 200)
        except OSError:
            return False

    def own(self) -> str:
        return f"{self.url}/v1/events"

    def order(self, order_id: object) -> str:
        return f"{self.url}/v1/orders/{order_id}/events"


class Tokens:
    def __init__(self, keys_dir: Path) -> None:
        ensure_keys(keys_dir)
        self._keys_dir = keys_dir

    def customer(self, customer_id: uuid.UUID, seconds: int = 600) -> str:
        return self._signer(seconds).sign(customer_id, "customer", None)

    def merchant(self, merchant_id: uuid.UUID) -> str:
        return self._signer(600).sign(uuid.uuid4(), "merchant", merchant_id)

    def operator(self) -> str:
        return self._signer(600).sign(uuid.uuid4(), "operator", None)

    def _signer(self, seconds: int) -> TokenSigner:
        return TokenSigner(self._keys_dir / "signing.pem", seconds)


LiveFactory = Callable[..., LiveServer]


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="package")
def tokens(folder: Path) -> Tokens:
    return Tokens(folder / "keys")


@pytest.fixture
def relay(folder: Path, database_url: str, kafka_bootstrap: str) -> Iterator[Relay]:
    relay = Relay(folder, database_url, kafka_bootstrap)
    relay.start()
    yield relay
    relay.stop()


@pytest.fixture
def live_server(folder: Path, tokens: Tokens, database_url: str, kafka_bootstrap: str) -> Iterator[LiveFactory]:
    """Starts live processes with settings of their own; they end with the test."""
    assert tokens is not None  # the keys are there before a server reads them
    servers: list[LiveServer] = []

    def start(**settings: object) -> LiveServer:
        server = LiveServer(folder, database_url, kafka_bootstrap, **settings)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        if server.child.running:
            assert server.child.stop() == 0, server.child.log.read_text()


@pytest.fixture(scope="package")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    servers = Servers(tmp_path_factory.mktemp("servers"))
    yield servers
    servers.end()


@pytest.fixture(scope="package")
def database_url(servers: Servers) -> str:
    return servers.database_url


@pytest.fixture(scope="package")
def kafka_bootstrap(servers: Servers) -> str:
    return servers.kafka_bootstrap
