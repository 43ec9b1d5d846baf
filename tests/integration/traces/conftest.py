"""A pipeline whose spans go to the store and to a collector."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from pedidos_local.settings import PlatformSettings
from tests.integration.pipeline.rig import USUAL, Rig, rig_on
from tests.support.collector import Collector, collecting


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    with collecting() as server:
        yield server


@pytest.fixture(scope="package")
def plant(
    settings: PlatformSettings, engine: Engine, collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rig]:
    changes = {
        "otlp_url": collector.url,
        "relay_batch": 500,
        "bridge_batch": 500,
        "charge_patience_seconds": 2.5,  # a worker that waits for a slow charge can be killed meanwhile
        "charge_lease_seconds": 6.0,
    }
    with rig_on(engine, settings, tmp_path_factory.mktemp("traces")) as rig:
        rig.settings = rig.settings.model_copy(update=changes)
        yield rig


@pytest.fixture
def rig(plant: Rig) -> Rig:
    """One of each process, whatever the test before has done."""
    plant.ensure(*USUAL)
    return plant
