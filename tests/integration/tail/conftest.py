"""A separate pipeline, whose topics tests may corrupt: no other test has stored offsets of them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from pedidos_local.settings import PlatformSettings
from tests.integration.pipeline.rig import USUAL, Rig, rig_on


@pytest.fixture(scope="package")
def plant(settings: PlatformSettings, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig_on(engine, settings, tmp_path_factory.mktemp("tail")) as rig:
        yield rig


@pytest.fixture
def rig(plant: Rig) -> Rig:
    """One of each process, whatever the previous test did."""
    plant.ensure(*USUAL)
    return plant
