"""A web process before a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.api.conftest import keys_dir, world
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

__all__ = ["keys_dir", "world"]  # fixtures


@pytest.fixture(scope="package")
def web(database_url: str, world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    """It shows the shops of the world, which are always open."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for merchant in (world.merchant, world.other_merchant):
            connection.execute(
                "insert into opening_hours (merchant_id, weekday, opens, closes)"
                " select %s, day, 0, 1440 from generate_series(1, 7) as day",
                [merchant],
            )
    folder: Path = tmp_path_factory.mktemp("web")
    process = ServingProcess("web", folder, database_url=database_url, sign_in_limit="10000 per minute")
    process.child.start()
    yield process
    assert process.child.stop() == 0, process.child.said()


@pytest.fixture
def visitor(web: ServingProcess) -> Visitor:
    """Without an account."""
    return Visitor(web)
