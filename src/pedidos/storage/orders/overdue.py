"""Unpaid orders whose time is up.

The deadline counts from the first time that the gateway may have heard of the order: what it was never asked for does
not expire because another service was unavailable. That has its own limit, since the order holds stock.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.payment import PaymentTerms
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement

_ASKED_TOO_LONG_AGO = """
    p.asked_at < clock_timestamp() - %(deadline)s * interval '1 second'
    or p.created_at < clock_timestamp() - %(limit)s * interval '1 second'
"""
# A reserved order's newest change is its reservation.
_RESERVED_TOO_LONG_AGO = "o.updated_at < clock_timestamp() - %(limit)s * interval '1 second'"

# Each half reads what is under way, by the index of that: not the table.
_FIND = f"""
(
    select p.order_id as id from payments p
    where p.status in ('pending', 'undoing') and p.status = 'pending' and ({_ASKED_TOO_LONG_AGO})
    order by p.next_attempt
    limit %(most)s
) union all (
    select o.id from orders o
    where o.in_flight and o.status = 'reserved' and {_RESERVED_TOO_LONG_AGO}
    order by o.id
    limit %(most)s
)
limit %(most)s
"""  # noqa: S608  # constants

_AMONG = f"""
select o.id from orders o left join payments p on p.order_id = o.id
where o.id = any(%(ids)s::uuid[])
  and case o.status when 'reserved' then {_RESERVED_TOO_LONG_AGO} when 'charging' then {_ASKED_TOO_LONG_AGO} end
"""  # noqa: S608  # constants


def find(engine: Engine, terms: PaymentTerms, most: int) -> list[UUID]:
    """The ids of overdue orders, at most `most`."""
    values = {"deadline": terms.deadline, "limit": terms.limit, "most": most}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIND, values).all())
    return [row.id for row in rows]


def among(connection: Connection, ids: Sequence[UUID], terms: PaymentTerms) -> list[UUID]:
    """Those of the orders whose time is up."""
    values = {"ids": uuids(ids), "deadline": terms.deadline, "limit": terms.limit}
    return [row.id for row in connection.exec_driver_sql(_AMONG, values)]
