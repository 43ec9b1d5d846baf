"""A pipeline that runs, on a database that is empty when the first test begins."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from pedidos.messaging.topics import EVENTS
from pedidos_local.settings import PlatformSettings
from tests.integration.pipeline.rig import USUAL, Rig, quick
from tests.integration.pipeline.topic import Topic
from tests.support.tables import empty


class Plant:
    """The rig, and everything that has been published since it is there."""

    def __init__(self, settings: PlatformSettings, engine: Engine) -> None:
        self.rig = Rig(settings, engine)
        self.events = Topic(settings, EVENTS)


@pytest.fixture(scope="package")
def plant(settings: PlatformSettings, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    empty(engine)
    made = Plant(quick(tmp_path_factory.mktemp("pipeline"), settings), engine)
    try:
        yield made
    finally:
        made.rig.end()


@pytest.fixture
def rig(plant: Plant) -> Rig:
    """One of each process, whatever the test before has done."""
    plant.rig.ensure(*USUAL)
    return plant.rig


@pytest.fixture
def events(plant: Plant) -> Topic:
    """The topic of all events, from the beginning of the event log."""
    return plant.events
