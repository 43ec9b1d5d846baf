"""Orders that wait for their time: when one for a time is released, and those whose time has come."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.scheduling import LEAD, Schedule, scheduled
from pedidos.sentence import Sentence
from pedidos.storage.arrays import uuids
from pedidos.storage.catalogue import merchants
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

HAS_COME = Sql("release_at <= now()")
"""Whether the time of an order that waits has come, by PostgreSQL's clock. An index has it, so it is now()."""

# A range of the index orders_scheduled, which has only the orders that wait.
_FIND = Sql("select id from orders where {has_come} order by release_at limit %(most)s", has_come=HAS_COME)

_LOCK = Sql(
    """
select id, total_cents from orders
where id = any(%(ids)s::uuid[]) and status = 'scheduled' and {has_come}
order by id
for no key update skip locked
""",
    has_come=HAS_COME,
)


_RELEASED = """
select o.id, e.occurred_at from orders o join order_events e on e.order_id = o.id and e.type = 'order.placed'
where o.id = any(%(ids)s::uuid[]) and o.scheduled_for is not null
"""


def schedule_for(engine: Engine, merchant_id: UUID, at: datetime) -> Schedule | Sentence:
    """When an order of this merchant for this time is released, or why it cannot be. One of a merchant that does not
    exist has a schedule: placing it is refused."""
    merchant = merchants.merchant(engine, merchant_id)
    if merchant is None:
        return Schedule(at, at - LEAD)
    return scheduled(at, datetime.now(UTC), merchant.hours, merchant.time_zone, merchant.closures)


def find_due(engine: Engine, most: int) -> list[UUID]:
    """Orders whose time has come, at most `most`, the longest due first."""
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIND.text, {"most": most}).all())
    return [row.id for row in rows]


def lock_due(connection: Connection, order_ids: Sequence[UUID]) -> dict[UUID, dict[str, object]]:
    """Locks those of the orders whose time has come and that no other session holds. For each, what its event says."""
    rows = connection.exec_driver_sql(_LOCK.text, {"ids": uuids(order_ids)}).all()
    return {row.id: {"total_cents": row.total_cents} for row in rows}


def released(engine: Engine, order_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Those of the orders that were for later, and when they were released."""
    values = {"ids": uuids(order_ids)}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_RELEASED, values).all())
    return {row.id: row.occurred_at for row in rows}
