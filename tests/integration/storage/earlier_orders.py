"""Orders as a version of the schema before had them, for the tests of migrations."""

from uuid import UUID, uuid4

from sqlalchemy import Engine

from pedidos.domain.order import IN_FLIGHT, SETTLED, Status
from pedidos.storage.migrations import migrate
from tests.support.tables import change


def orders_in_each_state(engine: Engine, revision: str) -> dict[Status, UUID]:
    """Migrates an empty database to the revision, and inserts an order in each state that it knows. Returns their
    ids."""
    migrate(engine, revision)
    ids = {status: uuid4() for status in (*IN_FLIGHT, *SETTLED)}
    change(engine, "insert into merchants (name) values ('Mercado')")
    change(
        engine,
        "insert into accounts (email, name, role, password_hash) values ('ana@example.org', 'Ana', 'customer', '!')",
    )
    for status, order_id in ids.items():
        change(
            engine,
            "insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at,"
            " updated_at) select :id, accounts.id, merchants.id, :status, 1, 100, 'tok_ok', now(), now()"
            " from accounts, merchants where accounts.email = 'ana@example.org'",
            id=order_id,
            status=status,
        )
    return ids
