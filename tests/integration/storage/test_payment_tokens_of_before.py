"""The migration that removes payment tokens which no request needs any more."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import UNPAID, Status
from pedidos.storage.migrations import migrate
from tests.support.tables import change, rows

BEFORE = "0013"


@pytest.fixture
def old(empty: Engine) -> dict[Status, UUID]:
    """The database before the migration, with an order in each state; their ids."""
    migrate(empty, BEFORE)
    ids = {status: uuid4() for status in Status}
    change(empty, "insert into merchants (name) values ('Mercado')")
    change(
        empty,
        "insert into accounts (email, name, role, password_hash) values ('ana@example.org', 'Ana', 'customer', '!')",
    )
    for status, order_id in ids.items():
        change(
            empty,
            "insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at,"
            " updated_at) select :id, accounts.id, merchants.id, :status, 1, 100, 'tok_ok', now(), now()"
            " from accounts, merchants",
            id=order_id,
            status=status,
        )
    return ids


def test_orders_that_may_be_charged_keep_theirs(empty: Engine, old: dict[Status, UUID]) -> None:
    migrate(empty)
    kept = {row.id for row in rows(empty, "select id from orders where payment_token is not null")}
    assert kept == {old[status] for status in UNPAID}
    migrate(empty, "base")
