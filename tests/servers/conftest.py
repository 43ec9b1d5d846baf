"""The servers of these tests, each started when it is first asked for, and ended whatever the tests have done."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pedidos.server_checks.examination import SETTINGS, examine
from tests.integration.server_checks.asking import Flaws
from tests.servers import brokers, databases, kafkas
from tests.servers.authority import Authority
from tests.servers.brokers import Redis, Sentinels
from tests.servers.databases import VERSIONS, Database
from tests.servers.kafkas import Kafka
from tests.servers.tokens import TokenServer, token_server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """kafka-python leaves the sockets of connections that were refused to the garbage collector."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Other users can pass through it: some servers refuse to run as root."""
    made = Path(tempfile.mkdtemp(prefix="pedidos-servers-"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made)


@pytest.fixture(scope="session")
def authority(folder: Path) -> Authority:
    """It vouches for all servers and clients of these tests."""
    return Authority(folder / "authority")


@pytest.fixture(scope="session")
def stranger(folder: Path) -> Path:
    """The file of an authority that vouches for none of these servers."""
    return Authority(folder / "stranger").file


@pytest.fixture(scope="session")
def database(folder: Path, authority: Authority) -> Iterator[Database]:
    """The newest PostgreSQL that is here, without tables."""
    if not VERSIONS:
        pytest.skip(databases.NONE_HERE)
    with databases.postgres(VERSIONS[max(VERSIONS)], folder / "postgres", authority) as found:
        yield found


@pytest.fixture(scope="session")
def pooler(database: Database, folder: Path, authority: Authority) -> Iterator[int]:
    """The port of a PgBouncer before it."""
    with databases.pgbouncer(database, folder / "pgbouncer", authority) as port:
        yield port


@pytest.fixture(scope="session")
def tokens() -> Iterator[TokenServer]:
    with token_server() as server:
        yield server


@pytest.fixture(scope="session")
def kafka(folder: Path, authority: Authority, tokens: TokenServer) -> Iterator[Kafka]:
    with kafkas.running(folder / "kafka", authority, tokens) as found:
        yield found


@pytest.fixture(scope="session")
def redis(folder: Path, authority: Authority) -> Iterator[Redis]:
    with brokers.running_redis(folder / "redis", authority) as found:
        yield found


@pytest.fixture(scope="session")
def sentinels(folder: Path, authority: Authority) -> Iterator[Sentinels]:
    with brokers.sentinels(folder / "sentinels", authority) as found:
        yield found


@pytest.fixture(scope="session")
def rabbitmq(folder: Path, authority: Authority) -> Iterator[str]:
    with brokers.rabbitmq(folder / "rabbitmq", authority) as address:
        yield address


@pytest.fixture
def flaws() -> Flaws:
    """What `server checks` says of a server with these settings."""

    def look(name: str, **settings: object) -> list[str]:
        made = SETTINGS[name].make(**settings)
        return [f"{'! ' if flaw.fatal else ''}{flaw}" for flaw in examine(made, name).flaws]

    return look
