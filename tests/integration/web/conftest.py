"""A web process before a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.api.conftest import keys_dir, world
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess

__all__ = ["keys_dir", "world"]  # fixtures


@pytest.fixture(scope="package")
def web(database_url: str, world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    """It shows the shops of the world."""
    assert world.merchant
    folder: Path = tmp_path_factory.mktemp("web")
    process = ServingProcess("web", folder, database_url=database_url)
    process.child.start()
    yield process
    assert process.child.stop() == 0, process.child.said()


@pytest.fixture
def visitor(web: ServingProcess) -> Visitor:
    """Without an account."""
    return Visitor(web)
