"""Orders that were not paid in time.

The deadline counts from the first request that may have reached the gateway. So an order whose charge was never
requested does not expire because another service was unavailable. It has a limit of its own, because it holds stock.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.order import Actor, Status, sources
from pedidos.domain.payment import PaymentTerms
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

FIRST_ASKED = Sql("p.asked_at")
"""The deadline counts from the first request that may have reached the gateway."""

_ASKED_TOO_LONG_AGO = Sql(
    """
    {first_asked} < clock_timestamp() - %(deadline)s * interval '1 second'
    or p.created_at < clock_timestamp() - %(limit)s * interval '1 second'
""",
    first_asked=FIRST_ASKED,
)

_UNASKED = [status for status in sources(Status.EXPIRED, Actor.EXPIRY) if status is not Status.CHARGING]
"""An order in one of these states holds stock, and the gateway has not been asked for its money."""

# The newest change of such an order is its move to this state.
_UNASKED_TOO_LONG = Sql("o.updated_at < clock_timestamp() - %(limit)s * interval '1 second'")

# Each half reads a partial index instead of the table. So its first condition is the one of that index.
_FIND = Sql(
    """
(
    select p.order_id as id from payments p
    where p.status in ('pending', 'undoing') and p.status = 'pending' and ({asked_too_long_ago})
    order by p.next_attempt
    limit %(most)s
) union all (
    select o.id from orders o
    where o.in_flight and o.release_at is null and o.status = any(%(unasked)s) and {unasked_too_long}
    order by o.id
    limit %(most)s
)
limit %(most)s
""",
    asked_too_long_ago=_ASKED_TOO_LONG_AGO,
    unasked_too_long=_UNASKED_TOO_LONG,
)

_AMONG = Sql(
    """
select o.id from orders o left join payments p on p.order_id = o.id
where o.id = any(%(ids)s::uuid[])
  and case when o.status = any(%(unasked)s) then {unasked_too_long}
           when o.status = 'charging' then {asked_too_long_ago} end
""",
    unasked_too_long=_UNASKED_TOO_LONG,
    asked_too_long_ago=_ASKED_TOO_LONG_AGO,
)


def find(engine: Engine, terms: PaymentTerms, most: int) -> list[UUID]:
    """The ids of overdue orders, at most `most`."""
    values = _params(terms) | {"most": most}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIND.text, values).all())
    return [row.id for row in rows]


def among(connection: Connection, ids: Sequence[UUID], terms: PaymentTerms) -> list[UUID]:
    """The orders that are overdue."""
    values = _params(terms) | {"ids": uuids(ids)}
    return [row.id for row in connection.exec_driver_sql(_AMONG.text, values)]


def _params(terms: PaymentTerms) -> dict[str, object]:
    return {"deadline": terms.deadline, "limit": terms.limit, "unasked": _UNASKED}
