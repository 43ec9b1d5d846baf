"""What all integration tests share: real servers, started once, and a shop to order from."""

from collections.abc import Collection, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import make_engine
from pedidos_local.settings import PlatformSettings
from tests.support.mailbox import Mailbox
from tests.support.servers import Servers
from tests.support.settings import platform_settings
from tests.support.shop import Product, make_customer, make_merchant, make_product
from tests.support.tables import empty
from tests.support.wire import Wire, wire_to

_WANTED = pytest.StashKey[Collection[str]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Notes which servers will be needed, and keeps each folder's tests together, so that its processes start once."""
    config.stash[_WANTED] = {name for item in items for name in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path.parent)


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Iterator[Servers]:
    """The servers of this run; what is asked for by address is started when it is."""
    started = Servers(pytestconfig.stash[_WANTED])
    try:
        yield started
    finally:
        started.end()


@pytest.fixture(scope="session")
def database_url(servers: Servers) -> str:
    """A migrated PostgreSQL."""
    return servers.address("database_url")


@pytest.fixture(scope="session")
def valkey_url(servers: Servers) -> str:
    """An empty Valkey."""
    return servers.address("valkey_url")


@pytest.fixture(scope="session")
def kafka_bootstrap(servers: Servers) -> str:
    """A Kafka with the platform's topics."""
    return servers.address("kafka_bootstrap")


@pytest.fixture(scope="session")
def settings(
    database_url: str, valkey_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> PlatformSettings:
    """PlatformSettings for all of these servers, with a state folder that is empty; no gateway."""
    folder: Path = tmp_path_factory.mktemp("state")
    return platform_settings(folder, database_url=database_url, broker_url=valkey_url, kafka_bootstrap=kafka_bootstrap)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """Connections enough for tests with many threads."""
    made = make_engine(
        DatabaseSettings(database_url=database_url, database_pool=40, database_timeout_seconds=30), "tests"
    )
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def mailbox(engine: Engine) -> Mailbox:
    """The mails that were written."""
    return Mailbox(engine)


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    """A way to the database that can lose answers."""
    with wire_to(database_url) as made:
        yield made


@pytest.fixture
def clean(engine: Engine) -> None:
    """Empty tables, and a relay that has published nothing."""
    empty(engine)


@pytest.fixture
def customer(clean: None, engine: Engine) -> UUID:  # noqa: ARG001  # the tables are emptied first
    return make_customer(engine)


@pytest.fixture
def merchant(clean: None, engine: Engine) -> UUID:  # noqa: ARG001  # the tables are emptied first
    """Open at any time."""
    return make_merchant(engine)


@pytest.fixture
def products(merchant: UUID, engine: Engine) -> list[Product]:
    """Three products of the merchant, at 10.00, 25.50 and 0.99, a thousand of each."""
    return [make_product(engine, merchant, price_cents=price) for price in (1000, 2550, 99)]
