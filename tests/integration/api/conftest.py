"""A few accounts and products in a real PostgreSQL, and the API served by Granian."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from pedidos.security.keys import SIGNING_FILE
from pedidos.security.rotation import ensure_keys
from pedidos.security.tokens import TokenSigner
from tests.support.api import EDGE_KEY, Api, Serve, World, make_world
from tests.support.processes import ServingProcess

MANY = 1_000_000
NO_LIMITS = {
    "sign_in_limit": f"{MANY} per minute",
    "anonymous_per_minute": MANY,
    "orders_per_minute": MANY,
    "unpaid_orders": MANY,
    "unpaid_units": MANY,
}
"""All tests have one address and few accounts, and no order is paid."""


@pytest.fixture(scope="package")
def world(database_url: str) -> World:
    return make_world(database_url)


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    ensure_keys(folder)
    return folder


@pytest.fixture(scope="session")
def sign_old(keys_dir: Path) -> Callable[[UUID], str]:
    """Signs a customer's token that names neither a session nor the version of the account."""
    return lambda account_id: TokenSigner(keys_dir / SIGNING_FILE, 60).sign(account_id, "customer", None)


@pytest.fixture(scope="package")
def serve(database_url: str, world: World, keys_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts api processes: serve(**settings) -> Api. All are ended with the package. output: in place of a log."""
    started: list[ServingProcess] = []

    def start(output: int | None = None, **settings: object) -> Api:
        usual = {"database_url": database_url, "keys_dir": keys_dir, "edge_key": EDGE_KEY}
        process = ServingProcess("api", tmp_path_factory.mktemp("api"), **usual | NO_LIMITS | settings)
        started.append(process)
        process.child.begin(output)
        process.child.wait_until_ready(process.is_alive)
        return Api(process, world)

    yield start
    for process in started:
        process.child.end()


@pytest.fixture(scope="package")
def api(serve: Serve) -> Api:
    """The API process that most tests share."""
    return serve()
