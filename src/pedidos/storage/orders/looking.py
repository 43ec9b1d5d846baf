"""What an operator reads about orders: those that wait too long, and what is stored about why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row

from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.waiting import Facts, HintFacts, PaymentFacts
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement
from pedidos.storage.orders.reading import SUMMARY, OrderSummary, summary
from pedidos.storage.sql import Sql

MOST_READ = 5000
"""Orders in flight that are looked at, the oldest first: behind that many that wait, a younger one is not news."""

# A range of each of the indexes orders_at_work, orders_scheduled and payments_unsettled.
_STUCK = Sql(
    """
select {columns} from (
    select {columns} from orders where in_flight and release_at is null order by id limit %(read)s
) oldest
where updated_at < clock_timestamp() - %(seconds)s * interval '1 second'
union all
(select {columns} from orders where release_at < now() - %(seconds)s * interval '1 second'
 order by release_at limit %(limit)s)
union all
select {columns} from orders where id in (
    select order_id from payments
    where status in ('pending', 'undoing') and status = 'undoing'
      and updated_at < clock_timestamp() - %(seconds)s * interval '1 second'
    order by next_attempt limit %(limit)s
)
order by id limit %(limit)s
""",
    columns=Sql(SUMMARY),
)

_FACTS = """
select o.id, o.status, o.created_at, o.updated_at, o.release_at,
    p.status as payment, p.attempts, p.lease_until, p.next_attempt, p.reason, p.asked_at,
    s.hints, s.next_hint, s.last_error
from orders o
left join payments p on p.order_id = o.id
left join stalled_orders s on s.order_id = o.id and s.version = o.version
where o.id = any(%(ids)s::uuid[])
"""

_REASONS = """
select o.id, coalesce(
    (select coalesce(case when e.detail ? 'out_of_stock' then 'out_of_stock' end,
                     e.detail ->> 'reason', (e.detail -> 'reasons') ->> 0)
     from order_events e where e.order_id = o.id and e.version = o.version
       and e.type not in ('order.payment_delayed', 'order.refund_delayed')),
    p.reason, s.last_error) as reason
from orders o
left join payments p on p.order_id = o.id
left join stalled_orders s on s.order_id = o.id and s.version = o.version
where o.id = any(%(ids)s::uuid[])
"""

OUT_OF_STOCK = "out_of_stock"
"""The reason of an order of which a product was sold out."""

_PAYMENT = """
select status, amount_cents, lease, attempts, lease_until, next_attempt, reference, reason, asked_at, created_at,
       updated_at
from payments where order_id = %(id)s
"""

_LETTERS = """
select id, source, origin, reason, status, created_at from dead_letters where order_id = %(id)s and status = 'open'
union all
select id, source, origin, reason, status, created_at from dead_letters where order_id = %(id)s and status = 'discarded'
order by created_at limit 50
"""


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment as it is stored. lease: the fencing token of the last worker that asked."""

    status: PaymentStatus
    amount_cents: int
    lease: int
    attempts: int
    lease_until: datetime
    next_attempt: datetime
    reference: str | None
    reason: str | None
    asked_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter of an order."""

    id: UUID
    source: str
    origin: str
    reason: str
    status: str
    created_at: datetime


def stuck(engine: Engine, seconds: float, limit: int) -> list[OrderSummary]:
    """Orders that have not moved for so long although the platform has to move them, whose time came so long ago, or
    whose money has not been returned for so long. The oldest come first."""
    values = {"seconds": seconds, "limit": limit, "read": MOST_READ}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_STUCK.text, values).all())
    return [summary(row) for row in rows]


def facts(engine: Engine, order_ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """What is stored about why each of these orders is where it is."""
    values = {"ids": uuids(order_ids)}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_FACTS, values).all())
    return {row.id: _facts(row) for row in rows}


def reasons(engine: Engine, order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of those of the orders that have one, the reason: why they ended early, what the gateway last answered, or the
    last error."""
    values = {"ids": uuids(order_ids)}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_REASONS, values).all())
    return {row.id: row.reason for row in rows if row.reason}


def payment(engine: Engine, order_id: UUID) -> PaymentRow | None:
    """The order's payment; None if the gateway was not asked yet."""
    values = {"id": order_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_PAYMENT, values).one_or_none())
    return PaymentRow(PaymentStatus(row.status), *row[1:]) if row else None


def letters(engine: Engine, order_id: UUID) -> list[Letter]:
    """The order's dead letters that are open, or were discarded."""
    values = {"id": order_id}
    return [Letter(*row) for row in in_statement(engine, lambda c: c.exec_driver_sql(_LETTERS, values).all())]


def _facts(row: Row[Any]) -> Facts:
    asked = None
    if row.payment is not None:
        asked = PaymentFacts(
            PaymentStatus(row.payment), row.attempts, row.lease_until, row.next_attempt, row.reason, row.asked_at
        )
    hinted = None if row.hints is None else HintFacts(row.hints, row.next_hint, row.last_error)
    return Facts(Status(row.status), row.created_at, row.updated_at, asked, hinted, row.release_at)
