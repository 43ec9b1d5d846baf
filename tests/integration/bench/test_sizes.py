"""What an order takes in PostgreSQL is what the plan counts with; sizes, unlike times, are the same everywhere."""

from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from pedidos.domain.fusing import CLOSING
from pedidos.domain.payment import Answer, PaymentTerms, Verdict
from pedidos.payments.port import Charge, Group
from pedidos.steps.charge import Asking, ask
from pedidos.steps.execution.avoiding import Avoided
from pedidos.steps.fused import close_together, open_together
from pedidos.storage.orders.placed import Placed
from pedidos.storage.orders.placing import place_many
from pedidos_bench.plan import sizes
from tests.support.shop import Product, order_of

BATCHES, BATCH = 8, 250
ORDERS = BATCHES * BATCH
BY = "worker-1"
TERMS = PaymentTerms(deadline=300.0, limit=4 * 3600.0)

KEPT = ("orders", "order_items", "payments")

VACUUM = "vacuum (full) orders, order_items, payments, order_events, idempotency_keys"


class ObligingGateway:
    """Captures whatever it is asked for."""

    def charge_many(self, charges: Sequence[Charge], patience_seconds: float) -> Iterator[Group]:
        assert patience_seconds > 0
        yield [(each.key, Answer(Verdict.CAPTURED, reference="0" * 16)) for each in charges]


@pytest.fixture
def stocked(engine: Engine, products: list[Product]) -> list[Product]:
    with engine.begin() as connection:
        connection.execute(text("update stock set on_hand = 1000000"))
    with engine.connect() as connection:
        # Rows that earlier tests have deleted leave room, which new ones would take.
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(VACUUM))
    return products


def confirmed(engine: Engine, customer: UUID, products: Sequence[Product]) -> None:
    """One batch of orders on their whole way."""
    items = [(products[0].id, 1), (products[1].id, 2)]
    wanted = [order_of(customer, products[0], items=items) for _ in range(BATCH)]
    ids = [placed.order_id for placed in place_many(engine, wanted) if isinstance(placed, Placed)]
    opened = open_together(engine, ids, BY, 60, Avoided())
    asking = Asking(1, 60, TERMS, capture=partial(close_together, avoided=Avoided()))
    groups = ask(engine, ObligingGateway(), opened.attempts, BY, asking)
    assert sum(len(moved.order_ids) for moved in groups if moved.steps == CLOSING) == BATCH


def bytes_of(engine: Engine, *tables: str) -> int:
    with engine.connect() as connection:
        return sum(
            int(
                connection.execute(
                    text("select pg_total_relation_size(cast(:t as regclass))"), {"t": table}
                ).scalar_one()
            )
            for table in tables
        )


def written_ahead(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")).scalar_one())


def measured(engine: Engine) -> dict[str, int]:
    return {
        "kept": bytes_of(engine, *KEPT),
        "events": bytes_of(engine, "order_events"),
        "keys": bytes_of(engine, "idempotency_keys"),
        "wal": written_ahead(engine),
    }


def test_an_order_takes_what_the_plan_counts_with(engine: Engine, customer: UUID, stocked: list[Product]) -> None:
    before = measured(engine)
    for _ in range(BATCHES):
        confirmed(engine, customer, stocked)
    after = measured(engine)
    found = {name: (after[name] - before[name]) / ORDERS for name in after}
    counted = {
        "kept": sizes.KEPT_BYTES,
        "events": sizes.EVENT_BYTES,
        "keys": sizes.KEY_BYTES,
        "wal": sizes.WAL_BYTES,
    }
    assert found == {name: pytest.approx(size, rel=0.2) for name, size in counted.items()}


def test_rows_and_events_are_as_many_as_the_plan_counts(engine: Engine, customer: UUID, stocked: list[Product]) -> None:
    confirmed(engine, customer, stocked)
    with engine.connect() as connection:
        events, moves, rest = connection.execute(
            text(
                "select (select count(*) from order_events),"
                " (select count(distinct (order_id, txid::text)) from order_events),"
                " (select count(*) from order_items) + (select count(*) from idempotency_keys)"
                " + 2 * (select count(*) from payments where attempts = 1)"
            )
        ).one()
    assert events == BATCH * sizes.EVENTS
    assert moves == BATCH * len(sizes.COMMITS)
    # Each commit writes an order's row once, and its events; a payment is written twice.
    assert events + moves + rest == BATCH * sum(sizes.ROWS.values())
