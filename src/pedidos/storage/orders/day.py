"""What a day brought a merchant: orders and revenue by the hour, how orders ended, and how long accepting them took.

A day is a range of ids, which begin with the time, in the indexes of the merchant's orders. Each statement reads a
bounded number of rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.order import SETTLED, Status
from pedidos.storage.engine import in_statement
from pedidos.storage.orders.lists import AHEAD, BEFORE, id_of

MOST_ORDERS = 20_000
"""Orders of one state that are counted."""
MOST_FOLLOWED = 2_000
"""Orders whose events are read."""


@dataclass(frozen=True, slots=True)
class Hour:
    """placed: orders that were placed in this hour. earned_cents: the total of those that the merchant has, and was not
    given back."""

    placed: int = 0
    earned_cents: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """status: how these orders ended. reason: why, as the pipeline says it, or empty. count: how many."""

    status: Status
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How long orders waited for their merchant, in seconds, by the hour in which they came. count: of how many."""

    hour: int
    count: int
    median_seconds: float
    slow_seconds: float
    """95 in 100 were accepted sooner."""


@dataclass(frozen=True, slots=True)
class Day:
    """whole: False if there were more orders than are counted."""

    hours: Mapping[int, Hour]
    failures: Sequence[Failure]
    acceptance: Sequence[Acceptance]
    whole: bool


EARNING = (Status.CONFIRMED, Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED)
FAILED = (Status.REJECTED, Status.UNAVAILABLE, Status.DECLINED, Status.EXPIRED, Status.CANCELLED)
ACCEPTED = (Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED)


def _landed(status: Status, limit: str) -> str:
    # A range of one index, compared and ordered as a row (see lists.py).
    return f"""
(select id, landed_status as status, total_cents, created_at from orders
 where not in_flight and (merchant_id, landed_status, id) >= (%(merchant)s, '{status}', %(low)s)
   and (merchant_id, landed_status, id) < (%(merchant)s, '{status}', %(high)s)
   and created_at >= %(begins)s and created_at < %(ends)s
 order by merchant_id desc, landed_status desc, id desc limit %({limit})s)
"""  # noqa: S608  # constants


def _union(statuses: Sequence[Status], limit: str) -> str:
    return " union all ".join(_landed(status, limit) for status in statuses)


_HOURS = f"""
select status, extract(hour from created_at at time zone %(zone)s)::int as hour, count(*) as placed,
       sum(total_cents)::bigint as cents
from ({_union(sorted(SETTLED), "counted")}) o group by 1, 2
"""  # noqa: S608  # constants

# The reason is in the event that ended the order.
_FAILURES = f"""
select o.status,
       coalesce(case when o.status <> 'unavailable' then e.detail -> 'reasons' ->> 0 end, e.detail ->> 'reason',
                case when o.status = 'cancelled' then split_part(e.detail ->> 'by', ':', 1) end, '') as reason,
       count(*)
from ({_union(FAILED, "followed")}) o
left join lateral (
    select detail from order_events where order_id = o.id and type = 'order.' || o.status order by version limit 1
) e on true
group by 1, 2 order by 3 desc, 1, 2
"""  # noqa: S608  # constants

_ACCEPTANCE = f"""
select extract(hour from came at time zone %(zone)s)::int as hour, count(*) as count,
       percentile_cont(0.5) within group (order by waited) as median_seconds,
       percentile_cont(0.95) within group (order by waited) as slow_seconds
from (
    select min(e.occurred_at) as came, extract(epoch from max(e.occurred_at) - min(e.occurred_at))::float as waited
    from ({_union(ACCEPTED, "followed")}) o
    join lateral (
        select occurred_at from order_events
        where order_id = o.id and type in ('order.confirmed', 'order.preparing')
        offset 0
    ) e on true
    group by o.id having count(*) = 2
) each
group by 1 order by 1
"""  # noqa: S608  # constants


def day(engine: Engine, merchant_id: UUID, begins: datetime, ends: datetime, time_zone: str) -> Day:
    """The merchant's orders that were placed in this time. Hours are those of the time zone (IANA)."""
    values = {
        "merchant": merchant_id,
        "begins": begins,
        "ends": ends,
        "zone": time_zone,
        "counted": MOST_ORDERS,
        "followed": MOST_FOLLOWED,
        "low": id_of(begins - BEFORE),
        "high": id_of(ends + AHEAD),
    }
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_HOURS, values).all())
    hours: dict[int, Hour] = {}
    placed: dict[str, int] = {}
    for status, hour, count, cents in rows:
        before = hours.get(hour, Hour())
        hours[hour] = Hour(before.placed + count, before.earned_cents + (cents if Status(status) in EARNING else 0))
        placed[status] = placed.get(status, 0) + count
    failures = in_statement(engine, lambda connection: connection.exec_driver_sql(_FAILURES, values).all())
    acceptance = in_statement(engine, lambda connection: connection.exec_driver_sql(_ACCEPTANCE, values).all())
    return Day(
        hours,
        [Failure(Status(status), reason, count) for status, reason, count in failures],
        [Acceptance(*row) for row in acceptance],
        all(count < MOST_ORDERS for count in placed.values()),
    )
