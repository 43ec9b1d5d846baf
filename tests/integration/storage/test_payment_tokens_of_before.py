"""The migration that removes payment tokens which no request needs any more."""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import UNPAID, Status
from pedidos.storage.migrations import migrate
from tests.integration.storage.earlier_orders import orders_in_each_state
from tests.support.tables import rows

BEFORE = "0013"


@pytest.fixture
def old(empty: Engine) -> dict[Status, UUID]:
    """The database before the migration, with an order in each state; their ids."""
    return orders_in_each_state(empty, BEFORE)


def test_orders_that_may_be_charged_keep_theirs(empty: Engine, old: dict[Status, UUID]) -> None:
    migrate(empty)
    kept = {row.id for row in rows(empty, "select id from orders where payment_token is not null")}
    assert kept == {old[status] for status in UNPAID}
    migrate(empty, "base")
