"""The least SQL that an order needs: the rows of the compared systems, written for a hundred orders at a time."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

SCHEMA_FILE = Path(__file__).parents[1] / "peers" / "schema.sql"
PRODUCTS = 100
APART = 37
"""From an order's first product to its second."""

STOCK = 1_000_000_000

_PRODUCT = "insert into products (id, merchant_id, name, price_cents) values (%s, %s, 'Café', %s)"

_ACCEPT = """
with asked as materialized (
    select uuidv7() as id, customer_id, n
    from unnest(%(customers)s::uuid[]) with ordinality as c (customer_id, n)
), items as materialized (
    select asked.id, w.position, w.product_id, w.quantity, p.price_cents
    from unnest(%(numbers)s::int[], %(positions)s::int[], %(products)s::uuid[], %(quantities)s::int[])
         as w (n, position, product_id, quantity)
         join asked using (n) join products p on p.id = w.product_id
), placed as (
    insert into orders (id, customer_id, merchant_id, total_cents, payment_token)
    select asked.id, asked.customer_id, %(merchant)s, t.total, 'tok_ok'
    from asked join (select id, sum(quantity * price_cents) as total from items group by id) t using (id)
    returning id
), filled as (
    insert into order_items (order_id, position, product_id, quantity, unit_price_cents)
    select id, position, product_id, quantity, price_cents from items
)
select id from placed
"""

_CARRY = """
with held as materialized (
    select id, total_cents from orders where id = any(%(ids)s) and status = 'received' order by id for no key update
), items as materialized (
    select i.order_id, i.product_id, i.quantity, p.active and p.price_cents = i.unit_price_cents as valid
    from order_items i join products p on p.id = i.product_id where i.order_id = any(%(ids)s)
), valid as materialized (
    select id, total_cents from held
    where id in (select order_id from items group by order_id having bool_and(valid))
), reserved as (
    update stock s set on_hand = on_hand - t.units, reserved = reserved + t.units
    from (select product_id, sum(quantity) as units from items where order_id in (select id from valid)
          group by product_id) t
    where s.product_id = t.product_id and s.on_hand >= t.units
), paid as (
    insert into payments (order_id, amount_cents) select id, total_cents from valid returning order_id
)
update orders set status = 'confirmed', updated_at = clock_timestamp() where id in (select order_id from paid)
"""


class Incomplete(Exception):
    """Not every order is confirmed: the measurement does not cover the whole work."""


class Shelf:
    """A catalogue to order from, in a database without tables."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._merchant = uuid4()
        self._products = [uuid4() for _ in range(PRODUCTS)]
        connection.execute(SCHEMA_FILE.read_bytes())
        connection.execute("insert into merchants (id, name) values (%s, 'Mercado')", [self._merchant])
        with connection.cursor() as cursor:
            cursor.executemany(_PRODUCT, [(each, self._merchant, 1000 + n) for n, each in enumerate(self._products)])
        connection.execute("insert into stock (product_id, on_hand) select id, %s from products", [STOCK])

    def accept(self, orders: int, batch: int) -> list[list[UUID]]:
        """Inserts orders of two items, `batch` orders in each statement and commit. Returns their ids by batch."""
        return [self._accept(range(first, min(first + batch, orders))) for first in range(0, orders, batch)]

    def carry(self, batches: Iterable[Sequence[UUID]]) -> None:
        """Does all four steps of each batch in one statement and commit. Raises Incomplete."""
        for ids in batches:
            moved = self._connection.execute(_CARRY, {"ids": list(ids)}, prepare=True).rowcount
            if moved != len(ids):
                raise Incomplete(f"{moved} of {len(ids)} orders")

    def _accept(self, numbers: range) -> list[UUID]:
        count = len(numbers)
        pairs = [(n % PRODUCTS, (n + APART) % PRODUCTS) for n in numbers]
        values = {
            "customers": [uuid4() for _ in numbers],
            "merchant": self._merchant,
            "numbers": [n for n in range(1, count + 1) for _ in (1, 2)],
            "positions": [1, 2] * count,
            "products": [self._products[each] for pair in pairs for each in pair],
            "quantities": [1] * (2 * count),
        }
        return [row[0] for row in self._connection.execute(_ACCEPT, values, prepare=True)]
