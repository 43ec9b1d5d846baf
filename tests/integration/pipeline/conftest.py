"""A pipeline that runs, on a database that is empty when the first test begins."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from pedidos.messaging.topics import EVENTS
from pedidos_local.settings import PlatformSettings
from tests.integration.pipeline.rig import USUAL, Rig, rig_on
from tests.integration.pipeline.topic import Topic


@dataclass(frozen=True, slots=True)
class Plant:
    """The rig, and everything that has been published since it is there."""

    rig: Rig
    events: Topic


@pytest.fixture(scope="package")
def plant(settings: PlatformSettings, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with rig_on(engine, settings, tmp_path_factory.mktemp("pipeline")) as rig:
        yield Plant(rig, Topic(rig.settings, EVENTS))


@pytest.fixture
def rig(plant: Plant) -> Rig:
    """One of each process, whatever the test before has done."""
    plant.rig.ensure(*USUAL)
    return plant.rig


@pytest.fixture
def events(plant: Plant) -> Topic:
    """The topic of all events, from the beginning of the event log."""
    return plant.events
