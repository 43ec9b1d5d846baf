"""The steps, bound to the database and to a scripted gateway."""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from tests.integration.steps.line import Line
from tests.integration.steps.scripted import ScriptedGateway


@pytest.fixture
def gateway() -> ScriptedGateway:
    return ScriptedGateway()


@pytest.fixture
def line(engine: Engine, gateway: ScriptedGateway, customer: UUID) -> Line:
    return Line(engine, gateway, customer)
