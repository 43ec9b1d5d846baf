"""The steps, bound to the database and to a scripted gateway."""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from tests.integration.steps.line import Line
from tests.integration.steps.scripted import ScriptedGateway
from tests.integration.steps.worker import Worker
from tests.support.shop import Product, make_product


@pytest.fixture
def gateway() -> ScriptedGateway:
    return ScriptedGateway()


@pytest.fixture
def line(engine: Engine, gateway: ScriptedGateway, customer: UUID) -> Line:
    return Line(engine, gateway, customer)


@pytest.fixture
def worker(engine: Engine, gateway: ScriptedGateway) -> Worker:
    return Worker(engine, gateway)


@pytest.fixture
def rice(engine: Engine, merchant: UUID) -> Product:
    """Another product."""
    return make_product(engine, merchant)
