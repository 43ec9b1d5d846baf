"""The least SQL that an order needs on the platform's tables: the rows that the platform writes, a hundred orders at a
time.

Steps are one statement where no answer from outside is needed between them, so an order is written three times: when
it is accepted, when its charge is intended, and when the charge was answered. All six events are written, each with its
detail; the stock is guarded; the intent is committed before the gateway is asked. What the platform does for orders
that do not fit is left out: a batch has the database to itself, and no statement looks for rows that are held, for
repeated keys with another body, or for the limits of an account.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import psycopg

from pedidos.domain.order import PATH, Status, event_type
from pedidos.domain.payment import idempotency_key
from pedidos.storage.arrays import uuids
from pedidos.storage.sql import Sql
from pedidos_bench.systems import shop

BY = "floor"
LEASE_SECONDS = 30

_ACCEPT = """
with asked as materialized (
    select uuidv7() as id, clock_timestamp() as at, customer_id, key, decode(hash, 'hex') as hash, n
    from unnest(%(customers)s::uuid[], %(keys)s::text[], %(hashes)s::text[])
         with ordinality as c (customer_id, key, hash, n)
), items as materialized (
    select asked.id, w.position, w.product_id, p.name, p.price_cents
    from unnest(%(numbers)s::int[], %(positions)s::int[], %(products)s::uuid[]) as w (n, position, product_id)
    join asked using (n) join products p on p.id = w.product_id and p.active
), claim as (
    insert into idempotency_keys (customer_id, key, request_hash, order_id, created_at)
    select customer_id, key, hash, id, at from asked
    on conflict (customer_id, key) do nothing
    returning order_id
), placed as (
    insert into orders
        (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at, updated_at)
    select id, customer_id, %(merchant)s, 'received', 1, total, 'tok_ok', at, at
    from asked join claim on claim.order_id = asked.id
    join (select id, sum(price_cents)::bigint as total from items group by id) t using (id)
    returning id, customer_id, total_cents, created_at
), filled as (
    insert into order_items (order_id, position, product_id, quantity, unit_price_cents, name)
    select id, position, product_id, 1, price_cents, name from items
), first_event as (
    insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail, occurred_at)
    select id, 1, 'order.placed', 'received', customer_id, %(merchant)s,
           jsonb_build_object('total_cents', total_cents), created_at
    from placed
)
select id from placed
"""

_UNITS = Sql("""units as materialized (
    select product_id, sum(quantity)::int as units from order_items
    where order_id in (select id from moved) group by product_id
)""")

_MOVED = Sql("""moved as (
    update orders o
    set status = %(target)s, version = version + %(steps)s, updated_at = clock_timestamp(),
        txid = pg_current_xact_id(), payment_token = case when %(target)s = 'charging' then payment_token end
    from ready
    where o.id = ready.id and o.status = %(source)s
    returning o.id, o.version, o.customer_id, o.merchant_id, o.updated_at, o.total_cents
), written as (
    insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail, occurred_at)
    select m.id, m.version - %(steps)s + s.n, s.type, s.status, m.customer_id, m.merchant_id, %(detail)s::jsonb,
           m.updated_at
    from moved m, unnest(%(types)s::text[], %(statuses)s::text[]) with ordinality as s (type, status, n)
    order by m.id, s.n
)""")

_INTEND = Sql(
    """
with ready as materialized (
    select i.order_id as id from order_items i join products p on p.id = i.product_id
    where i.order_id = any(%(ids)s::uuid[])
    group by i.order_id having bool_and(p.active and p.price_cents = i.unit_price_cents)
), {moved}, {units}, reserved as (
    update stock s set on_hand = s.on_hand - u.units, reserved = s.reserved + u.units
    from units u where s.product_id = u.product_id and s.on_hand >= u.units
), begun as (
    insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt)
    select id, total_cents, 'pending', 1, t.until, 1, t.until
    from moved, (select clock_timestamp() + %(lease)s * interval '1 second' as until) t
)
select id, total_cents from moved
""",
    moved=_MOVED,
    units=_UNITS,
)

_CHARGE = """
insert into bench_charges (key, amount_cents) select * from unnest(%(keys)s::text[], %(amounts)s::bigint[])
on conflict do nothing
"""

_SETTLE = Sql(
    """
with ready as (
    update payments p set status = 'captured', reference = w.reference, updated_at = clock_timestamp()
    from unnest(%(ids)s::uuid[], %(references)s::text[]) as w (id, reference)
    where p.order_id = w.id and p.lease = 1 and p.status = 'pending'
    returning p.order_id as id
), {moved}, {units}, sold as (
    update stock s set reserved = s.reserved - u.units, sold = s.sold + u.units
    from units u where s.product_id = u.product_id
)
select id from moved
""",
    moved=_MOVED,
    units=_UNITS,
)

_BALANCE = """
select (select count(*) from orders where status = 'confirmed'), (select count(*) from order_events),
       (select sum(sold) from stock), (select sum(reserved) from stock),
       (select count(*) from payments where status = 'captured'), (select count(*) from bench_charges)
"""


class Incomplete(Exception):
    """Not every order went its whole way: the measurement does not cover the whole work."""


class Move(NamedTuple):
    """Some of an order's transitions, in one statement."""

    source: Status
    through: Sequence[Status]

    def values(self, ids: Sequence[UUID]) -> dict[str, Any]:
        return {
            "ids": uuids(ids),
            "source": self.source,
            "target": self.through[-1],
            "steps": len(self.through),
            "types": [event_type(status) for status in self.through],
            "statuses": list(map(str, self.through)),
            "detail": f'{{"by": "{BY}"}}',
        }


INTENDED = Move(Status.RECEIVED, PATH[1 : PATH.index(Status.CHARGING) + 1])
SETTLED = Move(Status.CHARGING, PATH[PATH.index(Status.CHARGING) + 1 :])


class Shelf:
    """Orders of a shop, on a connection of their own that commits each statement."""

    def __init__(self, connection: psycopg.Connection[Any], customers: Sequence[UUID]) -> None:
        self._connection = connection
        self._customers = customers
        self._accepted = 0

    def accept(self, orders: int, batch: int) -> int:
        """Inserts orders of two items, `batch` orders in each statement and commit. Returns how many. Raises
        Incomplete."""
        for first in range(0, orders, batch):
            self._accept(min(batch, orders - first))
        return orders

    def carry(self, ids: Sequence[UUID]) -> None:
        """The four steps of these orders, in two commits, with the gateway's between them. Raises Incomplete."""
        intended = self._connection.execute(
            _INTEND.text, INTENDED.values(ids) | {"lease": LEASE_SECONDS}, prepare=True
        ).fetchall()
        if len(intended) != len(ids):
            raise Incomplete(f"{len(intended)} of {len(ids)} orders are valid")
        keys = [idempotency_key(order_id) for order_id, _ in intended]
        self._connection.execute(_CHARGE, {"keys": keys, "amounts": [cents for _, cents in intended]}, prepare=True)
        charged = [order_id for order_id, _ in intended]
        settled = self._connection.execute(_SETTLE.text, SETTLED.values(charged) | {"references": keys}, prepare=True)
        if settled.rowcount != len(ids):
            raise Incomplete(f"{settled.rowcount} of {len(ids)} orders are confirmed")

    def check(self, orders: int) -> None:
        """Compares what is stored with this number of confirmed orders. Raises Incomplete."""
        found = self._connection.execute(_BALANCE).fetchone()
        expected = (orders, orders * len(PATH), orders * shop.UNITS, 0, orders, orders)
        if found != expected:
            raise Incomplete(f"orders, events, units sold and reserved, payments, charges: {found}, not {expected}")

    def _accept(self, count: int) -> None:
        numbers = range(self._accepted, self._accepted + count)
        pairs = [(n % len(shop.PRODUCTS), (n + shop.APART) % len(shop.PRODUCTS)) for n in numbers]
        keys = [uuid4().hex for _ in numbers]
        values = {
            "customers": uuids(self._customers[n % len(self._customers)] for n in numbers),
            "keys": keys,
            "hashes": [sha256(key.encode()).hexdigest() for key in keys],
            "merchant": shop.MERCHANT,
            "numbers": [n for n in range(1, count + 1) for _ in (1, 2)],
            "positions": [1, 2] * count,
            "products": uuids(shop.PRODUCTS[each] for pair in pairs for each in pair),
        }
        placed = self._connection.execute(_ACCEPT, values, prepare=True).rowcount
        if placed != count:
            raise Incomplete(f"{placed} of {count} orders are accepted")
        self._accepted += count
