"""Writes orders from before the run: every table gets as many rows as the platform would have written for them, or the
event log and its orders alone."""

from collections.abc import Sequence
from uuid import UUID

import psycopg

from pedidos.domain.order import PATH, event_type

AT_ONCE = 100_000
"""Orders per transaction."""

# Ids from days ago, so that they sort before those of the run, as in real use.
_ORDERS = """
insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at, updated_at)
select uuidv7(interval '-1 day'), (%(customers)s::uuid[])[1 + n %% cardinality(%(customers)s::uuid[])], %(merchant)s,
       'confirmed', %(versions)s, 2000, 'tok_ok', now() - interval '1 day', now() - interval '1 day'
from generate_series(%(first)s::bigint, %(last)s::bigint) n
"""

_EVENTS = """
insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail, occurred_at)
select o.id, s.version, s.type, s.status, o.customer_id, o.merchant_id, '{"by": "worker-1"}', o.created_at
from orders o, unnest(%(types)s::text[], %(statuses)s::text[]) with ordinality as s (type, status, version)
where o.txid = pg_current_xact_id()
order by s.version
"""

_REST = (
    """
insert into order_items (order_id, position, product_id, quantity, unit_price_cents, name)
select o.id, i.position, p.id, 1, 1000, p.name
from orders o, generate_series(1, 2) i (position), products p
where o.txid = pg_current_xact_id()
  and p.id = (%(products)s::uuid[])[
      1 + (hashtext(o.id::text) & 65535 + i.position) %% cardinality(%(products)s::uuid[])
  ]
""",
    """
insert into idempotency_keys (customer_id, key, request_hash, order_id)
select customer_id, id::text, sha256(id::text::bytea), id from orders where txid = pg_current_xact_id()
""",
    """
insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt, reference)
select id, total_cents, 'captured', 1, created_at, 1, created_at, 'charge:' || id
from orders where txid = pg_current_xact_id()
""",
    """
insert into bench_charges (key, amount_cents) -- by another name: the run's own book does not have them
select 'stored:' || id, total_cents from orders where txid = pg_current_xact_id()
""",
)

_SOLD = """
update stock set sold = sold + i.units
from (select product_id, sum(quantity) as units from order_items group by product_id) i
where stock.product_id = i.product_id
"""

# They count as published: the run is about new orders.
_PUBLISHED = """
update relay_positions set (txid, seq) = (select txid, seq from order_events order by txid desc, seq desc limit 1)
"""


def write(
    admin_url: str,
    orders: int,
    merchant: UUID,
    products: Sequence[UUID],
    customers: Sequence[UUID],
    *,
    events_alone: bool = False,
) -> None:
    """Stores this many confirmed orders. No process of the platform may run.

    events_alone: leaves out their items, keys, payments and charges. What reads the event log or looks for orders that
    wait finds the same, and they are written in a third of the time.
    admin_url: of a superuser, who can skip the foreign key checks; otherwise the database would do millions of them.
    """
    values = {
        "merchant": merchant,
        "products": list(products),
        "customers": list(customers),
        "versions": len(PATH),
        "types": [event_type(status) for status in PATH],
        "statuses": list(map(str, PATH)),
    }
    with psycopg.connect(admin_url) as connection:
        for first in range(0, orders, AT_ONCE):
            last = min(orders, first + AT_ONCE) - 1
            connection.execute("set local session_replication_role = replica")
            connection.execute(_ORDERS, values | {"first": first, "last": last})
            for statement in (_EVENTS, *(() if events_alone else _REST)):
                connection.execute(statement, values)
            connection.commit()
        if not events_alone:
            connection.execute(_SOLD)
        connection.execute(_PUBLISHED)
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum analyze")
