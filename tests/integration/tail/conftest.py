"""A separate pipeline, whose topics tests may corrupt: no other test has stored offsets of them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from pedidos_local.settings import PlatformSettings
from tests.integration.pipeline.rig import USUAL, Rig, rig_on
from tests.integration.tail.topics import recreate

FORGING = "test_a_forged_record_of_another_log_does_not_keep_the_relay_from_publishing"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The forged record stays in its topic. A relay that is the first to sign would believe it: this test is last."""
    items.sort(key=lambda item: item.name == FORGING)


@pytest.fixture(scope="package")
def plant(settings: PlatformSettings, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig_on(engine, settings, tmp_path_factory.mktemp("tail")) as rig:
        yield rig
    recreate(settings)  # other folders have the same Kafka


@pytest.fixture
def rig(plant: Rig) -> Rig:
    """One of each process, whatever the previous test did."""
    plant.ensure(*USUAL)
    return plant
