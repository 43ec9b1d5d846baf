"""Relay and live processes as the platform runs them, on a PostgreSQL and a Kafka of these tests' own.

They have their own because they kill them, and because the log must never be emptied here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import LiveFactory, RelayProcess, Tokens, live_factory
from tests.support.servers import Servers


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="package")
def tokens(folder: Path) -> Tokens:
    return Tokens(folder / "keys")


@pytest.fixture
def relay(folder: Path, database_url: str, kafka_bootstrap: str) -> Iterator[RelayProcess]:
    relay = RelayProcess(folder, database_url, kafka_bootstrap)
    relay.start()
    yield relay
    relay.child.end()


@pytest.fixture
def live_server(folder: Path, tokens: Tokens, database_url: str, kafka_bootstrap: str) -> Iterator[LiveFactory]:
    """Starts live processes with settings of their own; they end with the test."""
    assert tokens is not None  # the keys are there before a server reads them
    with live_factory(folder, database_url, kafka_bootstrap) as start:
        yield start


@pytest.fixture(scope="package")
def servers() -> Iterator[Servers]:
    servers = Servers(("database_url", "kafka_bootstrap"))
    try:
        yield servers
    finally:
        servers.end()


@pytest.fixture(scope="package")
def database_url(servers: Servers) -> str:
    return servers.address("database_url")


@pytest.fixture(scope="package")
def kafka_bootstrap(servers: Servers) -> str:
    return servers.address("kafka_bootstrap")
