"""What the benchmark counts in this platform's tables."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

_COUNT = "select count(*) from orders"

_PUBLISHED = "select sum(published)::bigint from relay_positions"

_SOLD = "select coalesce(sum(sold), 0)::bigint from stock"

# A batch is one transaction: its orders became "charging" under one transaction id.
_MATES = """
with batch as (
    select distinct txid from order_events where order_id = any(%(marked)s) and status = 'charging'
)
select extract(epoch from done.occurred_at - placed.occurred_at)::float8 * 1000 as ms
from order_events e
join batch using (txid)
join order_events placed on placed.order_id = e.order_id and placed.version = 1
join order_events done on done.order_id = e.order_id and done.status = 'confirmed'
where e.status = 'charging' and not e.order_id = any(%(marked)s)
"""


def count_orders(engine: Engine) -> int:
    counted: int = in_statement(engine, lambda connection: connection.exec_driver_sql(_COUNT).scalar_one())
    return counted


def count_published(engine: Engine) -> int:
    """Events on Kafka, by the positions that the relays have saved."""
    counted: int = in_statement(engine, lambda connection: connection.exec_driver_sql(_PUBLISHED).scalar_one())
    return counted


@contextmanager
def counting_sold(url: str) -> Iterator[Callable[[], int]]:
    """Yields a function that counts the sold units of all products. It keeps its connection, and costs the same for any
    number of orders."""
    with psycopg.connect(url, autocommit=True) as connection:

        def count() -> int:
            row = connection.execute(_SOLD, prepare=True).fetchone()
            return int(row[0]) if row else 0

        yield count


def charged_with(engine: Engine, marked: Sequence[UUID]) -> list[float]:
    """Milliseconds, from placed to confirmed, of the orders that were charged in one batch with a marked one."""
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_MATES, {"marked": list(marked)}).all())
    return [row.ms for row in rows]
