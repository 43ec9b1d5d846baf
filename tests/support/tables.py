"""What must hold of the tables at every moment, whatever happened (the design's ledger)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row, text

from pedidos.domain.order import STAYS, TRANSITIONS, Status, StockPart, stock_part
from tests.support.shop import Product

# Deleting is quicker than truncating while there are few rows, and these are tests.
_EMPTY = "; ".join(
    f"delete from {table}"  # noqa: S608  # the tables of the schema
    for table in (
        "merchant_applications",
        *(
            "relay_positions",
            "relays",
            "dead_letters",
            "stalled_orders",
            "payments",
            "idempotency_keys",
            "order_events",
        ),
        *("order_items", "orders", "stock_changes", "stock", "products", "refresh_tokens", "sessions", "accounts"),
        *("revocations", "opening_hours", "merchants", "dead_letter_jobs"),
    )
)

_FORMER_CUSTOMERS = (
    "insert into accounts (id, email, name, role, password_hash, active, erased_at) values"
    " ('00000000-0000-7000-8000-000000000000', 'former-customers@invalid', 'Former customers', 'customer', '!', false,"
    " now())"
)
"""As migration 0015 makes it."""


def empty(engine: Engine) -> None:
    """Empty tables, a relay that has published nothing, and a log of which nothing was removed.

    The log is another one afterwards, so that a relay does not miss in it what earlier tests have left on Kafka.
    """
    with engine.begin() as connection:
        connection.exec_driver_sql(_EMPTY)
        connection.exec_driver_sql(_FORMER_CUSTOMERS)
        connection.exec_driver_sql("insert into relay_positions (shard, unsigned_until) values (0, '{}')")
        connection.exec_driver_sql("update event_log_horizon set removed = '0'")
        connection.exec_driver_sql("insert into event_logs (number) select max(number) + 1 from event_logs")


def rows(engine: Engine, statement: str, **values: object) -> Sequence[Row[Any]]:
    """What the statement returns."""
    with engine.connect() as connection:
        return connection.execute(text(statement), values).all()


def change(engine: Engine, statement: str, **values: object) -> int:
    """Runs the statement and commits; returns how many rows it changed."""
    with engine.begin() as connection:
        return connection.execute(text(statement), values).rowcount


def statuses(engine: Engine, order_ids: Sequence[UUID]) -> list[str]:
    """The state of each of the orders, in the order asked."""
    found = {
        row.id: row.status for row in rows(engine, "select id, status from orders where id = any(:i)", i=order_ids)
    }
    return [found[order_id] for order_id in order_ids]


def stock_of(engine: Engine, product: Product) -> tuple[int, int, int]:
    """Units on hand, reserved and sold."""
    (row,) = rows(engine, "select on_hand, reserved, sold from stock where product_id = :id", id=product.id)
    return row.on_hand, row.reserved, row.sold


def events_of(engine: Engine, order_id: UUID) -> list[Row[Any]]:
    """An order's events in the order of their versions."""
    return list(rows(engine, "select * from order_events where order_id = :id order by version", id=order_id))


def check(engine: Engine, products: Sequence[Product]) -> None:
    """Stock adds up, and agrees with the orders; histories have no gap, no forbidden move, and end where orders are."""
    _check_stock(engine, products)
    _check_histories(engine)


def _check_stock(engine: Engine, products: Sequence[Product]) -> None:
    held: dict[tuple[UUID, StockPart], int] = {}
    for row in rows(
        engine, "select o.status, i.product_id, i.quantity from orders o join order_items i on o.id = order_id"
    ):
        place = (row.product_id, stock_part(Status(row.status)))
        held[place] = held.get(place, 0) + row.quantity
    for product in products:
        on_hand, reserved, sold = stock_of(engine, product)
        assert on_hand + reserved + sold == product.on_hand
        assert (reserved, sold) == (
            held.get((product.id, StockPart.RESERVED), 0),
            held.get((product.id, StockPart.SOLD), 0),
        )


def _check_histories(engine: Engine) -> None:
    told: dict[UUID, list[Row[Any]]] = {}
    for event in rows(
        engine, "select order_id, version, type, status, txid, seq from order_events order by order_id, version"
    ):
        told.setdefault(event.order_id, []).append(event)
    orders: Mapping[UUID, Row[Any]] = {row.id: row for row in rows(engine, "select * from orders")}
    assert told.keys() == orders.keys()
    for order_id, events in told.items():
        assert [event.version for event in events] == list(range(1, orders[order_id].version + 1))
        assert events[-1].status == orders[order_id].status
        # In the log, which is read in the order of transactions, versions come in their order too.
        assert [event.txid for event in events] == sorted(event.txid for event in events)
        for before, after in pairwise(events):
            if after.type in STAYS:
                assert before.status == after.status
            else:
                assert Status(after.status) in TRANSITIONS[Status(before.status)]
