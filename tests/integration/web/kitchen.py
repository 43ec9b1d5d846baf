"""Orders in the kitchen of a merchant: as the pipeline leaves them, written straight into the tables."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import psycopg

from tests.support.api import World

_ORDER = """
insert into orders (id, customer_id, merchant_id, status, version, total_cents, created_at, updated_at)
values (coalesce(%(id)s, uuidv7(%(ago)s::interval)), %(customer)s, %(merchant)s, %(status)s, 1, 1000,
        now() + %(ago)s::interval, now() + %(ago)s::interval)
returning id
"""
_ITEM = """
insert into order_items (order_id, position, product_id, quantity, unit_price_cents, name)
values (%s, 1, %s, 2, 500, %s)
"""
_EVENT = """
insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail, occurred_at)
select id, 1, %s, status, customer_id, merchant_id, '{}', updated_at from orders where id = %s
"""
_PAYMENT = """
insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt, reference)
values (%s, 1000, 'captured', 1, now(), 1, now(), 'ch_test')
"""


class Kitchen:
    """Puts orders of the world's customer into states."""

    def __init__(self, database_url: str, world: World) -> None:
        self._url = database_url
        self._world = world

    def order(self, status: str = "confirmed", ago: str = "0", name: str = "Pizza 0", *, other: bool = False) -> UUID:
        """A paid order of two units. ago: an interval by which it is older, such as "-5 minutes". other: of the other
        merchant."""
        world = self._world
        merchant = world.other_merchant if other else world.merchant
        product = world.other_product if other else world.products[0]
        values = {
            "id": None,
            "ago": ago,
            "customer": world.accounts["customer"],
            "merchant": merchant,
            "status": status,
        }
        with psycopg.connect(self._url) as connection:
            row = connection.execute(_ORDER, values).fetchone()
            assert row is not None
            order_id: UUID = row[0]
            connection.execute(_ITEM, [order_id, product, name])
            connection.execute(_EVENT, [f"order.{status}", order_id])
            connection.execute(_PAYMENT, [order_id])
            connection.execute("update stock set sold = sold + 2 where product_id = %s", [product])
        return order_id

    def states(self, order_ids: Sequence[UUID]) -> list[str]:
        return [self.one("select status from orders where id = %s", each) for each in order_ids]

    def events(self, order_id: UUID) -> list[str]:
        with psycopg.connect(self._url) as connection:
            found = connection.execute(
                "select type from order_events where order_id = %s order by version", [order_id]
            ).fetchall()
        return [row[0] for row in found]

    def one(self, statement: str, *values: object) -> Any:
        with psycopg.connect(self._url) as connection:
            row = connection.execute(statement.encode(), values).fetchone()
        assert row is not None
        return row[0]


def nobodys() -> UUID:
    """An id that no order has."""
    return uuid4()
