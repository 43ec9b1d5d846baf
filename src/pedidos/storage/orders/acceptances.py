"""How merchants answered to confirmed orders: accepted with a promised time, or missed. One row for each order.

The limit counts from the event order.confirmed, which nothing changes, and by PostgreSQL's clock alone. So it does not
matter which process looks, nor when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.acceptance import Outcome
from pedidos.domain.order import Status, event_type
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

DUE_AT = Sql("c.occurred_at + %(limit)s * interval '1 second'")
"""When an order has to be accepted; c is its event order.confirmed."""

IS_OVERDUE = Sql("{due_at} < clock_timestamp()", due_at=DUE_AT)

PLACED_EARLIER = Sql("o.id < (select uuidv7(-%(limit)s * interval '1 second'))")
"""An order that was placed within the limit cannot have been confirmed before it; ids grow with the time of placing."""

CONFIRMED = event_type(Status.CONFIRMED)

_DUE = Sql(
    """
select case when %(limit)s > 0 then {due_at} end as due_at, clock_timestamp() as now
from orders o left join order_events c on c.order_id = o.id and c.type = %(confirmed)s
where o.id = %(id)s
order by c.version desc limit 1
""",
    due_at=DUE_AT,
)

# A range of the index orders_landed: those that are late, and few that are not.
_FIND = Sql(
    """
select o.id
from orders o join order_events c on c.order_id = o.id and c.type = %(confirmed)s
where not o.in_flight and o.landed_status = 'confirmed'
  and {placed_earlier}
  and {is_overdue}
order by o.landed_status, o.id
limit %(most)s
""",
    placed_earlier=PLACED_EARLIER,
    is_overdue=IS_OVERDUE,
)

_AMONG = Sql(
    """
select o.id
from orders o join order_events c on c.order_id = o.id and c.type = %(confirmed)s
where o.id = any(%(ids)s::uuid[]) and o.status = 'confirmed' and {is_overdue}
""",
    is_overdue=IS_OVERDUE,
)

_ACCEPTED = """
insert into acceptances (order_id, outcome, due_at, decided_at, promised_at)
values (%(id)s, %(outcome)s, %(due_at)s, %(now)s, %(promised_at)s)
"""

_MISSED = Sql(
    """
insert into acceptances (order_id, outcome, due_at, decided_at)
select c.order_id, %(outcome)s, {due_at}, clock_timestamp()
from order_events c where c.order_id = any(%(ids)s::uuid[]) and c.type = %(confirmed)s
""",
    due_at=DUE_AT,
)


@dataclass(frozen=True, slots=True)
class Due:
    """due_at: when the order has to be accepted; None without a limit. now: PostgreSQL's clock."""

    due_at: datetime | None
    now: datetime


def due(connection: Connection, order_id: UUID, limit_seconds: float) -> Due:
    """When an order that exists has to be accepted."""
    values = {"id": order_id, "limit": limit_seconds, "confirmed": CONFIRMED}
    return Due(*connection.exec_driver_sql(_DUE.text, values).one())


def note_accepted(connection: Connection, order_id: UUID, due: Due, promised_at: datetime) -> None:
    """Notes that the merchant has accepted, in the transaction that moves the order."""
    values = {"id": order_id, "outcome": Outcome.ACCEPTED, "due_at": due.due_at, "now": due.now}
    connection.exec_driver_sql(_ACCEPTED, values | {"promised_at": promised_at})


def note_missed(connection: Connection, order_ids: Sequence[UUID], limit_seconds: float) -> None:
    """Notes that the merchant has not accepted, in the transaction that cancels the orders."""
    if order_ids:
        values = {"ids": uuids(order_ids), "outcome": Outcome.MISSED}
        connection.exec_driver_sql(_MISSED.text, values | _params(limit_seconds))


def find_overdue(engine: Engine, limit_seconds: float, most: int) -> list[UUID]:
    """Confirmed orders that were not accepted in time, at most `most`, the oldest first."""
    if not limit_seconds:
        return []
    values = _params(limit_seconds) | {"most": most}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIND.text, values).all())
    return [row.id for row in rows]


def overdue_among(connection: Connection, order_ids: Sequence[UUID], limit_seconds: float) -> list[UUID]:
    """Those of the orders that are confirmed and were not accepted in time."""
    if not limit_seconds:
        return []
    values = _params(limit_seconds) | {"ids": uuids(order_ids)}
    return [row.id for row in connection.exec_driver_sql(_AMONG.text, values)]


def _params(limit_seconds: float) -> dict[str, object]:
    return {"limit": limit_seconds, "confirmed": CONFIRMED}
