"""Load on the release and the ledger of it: as in a drill, with the servers of the demo in place of local ones."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from pedidos.processes.pipeline_figures import PipelineFigures
from pedidos.storage.engine import make_engine
from pedidos_drills.evidence import gather, start_stock, unfinished
from pedidos_drills.ledger.judging import judge
from pedidos_drills.ledger.records import Answered
from pedidos_drills.load import Load
from pedidos_drills.runner import QUIET_SECONDS
from pedidos_local.settings import PlatformSettings
from tests.kubernetes.release import FULL, NODE_PORT, Release, impatient
from tests.support.waiting import until

SEED = 7
LOOK_SECONDS = 0.5


@contextmanager
def names_of_the_cluster(release: Release) -> Iterator[None]:
    """Kafka tells its clients its own name, which only the cluster's name server knows."""
    addresses = {f"{FULL}-kafka": release.address("kafka")}
    ask = socket.getaddrinfo

    def answer(host: Any, *arguments: Any, **named: Any) -> Any:
        return ask(addresses.get(host, host), *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", answer)
        yield


def settings_of(release: Release, folder: Path) -> PlatformSettings:
    """Those of the platform, as this machine sees it."""
    passwords = release.secret("demo-passwords")
    changes = {name.removeprefix("PEDIDOS_").lower(): value for name, value in impatient().items()}
    return PlatformSettings.make(
        **{
            **changes,
            "state_dir": folder,
            "public_url": f"https://localhost:{NODE_PORT}",
            "ca_file": release.ca_file,
            "database_url": f"postgresql://pedidos:{passwords['database']}@{release.address('postgres')}:5432/pedidos",
            "broker_url": f"redis://:{passwords['broker']}@{release.address('valkey')}:6379/0",
            "kafka_bootstrap": f"{release.address('kafka')}:9092",
            "kafka_user": "pedidos",
            "kafka_password": passwords["kafka"],
            "record_keys": passwords["records"],
            "account_keys": passwords["accounts"],
            "keys_dir": folder,
            "gateway_url": f"http://{release.address('gateway')}:8000",
            "gateway_insecure": True,
            "gateway_key": passwords["gateway"],
            "gateway_admin_key": passwords["gateway-admin"],
            "gateway_book": folder / "none",
        }
    )


class Books:
    """answers: all of the session, to which each load adds its own."""

    def __init__(self, release: Release, folder: Path, answers: list[Answered]) -> None:
        self._release = release
        self._settings = settings_of(release, folder)
        self._engine = make_engine(self._settings, "ledger")
        self._figures = PipelineFigures(self._settings)
        self._start_stock = start_stock(self._engine)
        self._accounts = json.loads(release.secrets_file.read_text("utf-8"))["accounts"]
        self._answers = answers
        self._loads = 0
        self._closed = False

    def close(self) -> None:
        """Before the servers go: a client of Kafka that has lost it leaves its socket open. Again, it does nothing."""
        if not self._closed:
            self._closed = True
            self._figures.close()
            self._engine.dispose()

    @asynccontextmanager
    async def load(self) -> AsyncIterator[Load]:
        """Customers; what they were answered is kept for the ledger, also if the test fails."""
        self._loads += 1
        async with Load(
            str(self._settings.public_url), self._release.ca_file, self._accounts, SEED + self._loads
        ) as load:
            try:
                yield load
            finally:
                self._answers += load.answers

    def findings(self) -> Sequence[str]:
        """Waits until nothing is in progress; what the ledger finds wrong then."""
        until(lambda: not unfinished(self._figures), "all work to be done", QUIET_SECONDS, look_seconds=LOOK_SECONDS)
        evidence = asyncio.run(gather(self._settings, self._engine, self._answers, self._start_stock, ()))
        return [
            f"{verdict.invariant}: {what} {which or ''}"
            for verdict in judge(evidence)
            for what, which in verdict.findings
        ]


def failed(load: Load) -> list[Answered]:
    """The answers with which no customer is served: none at all, or an error of the platform."""
    return [answer for answer in load.answers if answer.status == 0 or answer.status >= 500]
