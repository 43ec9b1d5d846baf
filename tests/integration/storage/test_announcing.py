"""A person's step is announced to the relay if the log was quiet before it."""

from uuid import UUID

import psycopg
from sqlalchemy import Engine

from pedidos.domain.order import Actor, Status
from pedidos.steps.execution.person import moved_by
from pedidos.storage.orders.placing import NOTIFY_CHANNEL, place
from tests.support.shop import Product, order_of
from tests.support.tables import change

BY = "customer"


def test_after_a_pause_and_only_then(
    engine: Engine, database_url: str, customer: UUID, products: list[Product]
) -> None:
    first, second = (place(engine, order_of(customer, products[0])).order_id for _ in range(2))
    with psycopg.connect(database_url, autocommit=True) as listener:
        listener.execute(f"listen {NOTIFY_CHANNEL}")

        def announced() -> int:
            listener.execute("select 1")
            return len(list(listener.notifies(timeout=0)))

        # The order that was placed just now is the newest event.
        assert moved_by(engine, first, Status.CANCELLED, Actor.CUSTOMER, BY) is Status.CANCELLED
        assert announced() == 0
        _age(engine)
        assert moved_by(engine, second, Status.CANCELLED, Actor.CUSTOMER, BY) is Status.CANCELLED
        assert announced() == 1


def _age(engine: Engine) -> None:
    """Makes all events a minute older."""
    change(engine, "alter table order_events disable trigger user")
    change(engine, "update order_events set occurred_at = occurred_at - interval '1 minute'")
    change(engine, "alter table order_events enable trigger user")
