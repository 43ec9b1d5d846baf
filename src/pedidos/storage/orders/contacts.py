"""Erases the contacts of orders: who got them and where. The orders stay."""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.order import ENDS
from pedidos.storage.engine import in_statement

# Ids grow with time, so an order that ended long ago was placed before that: the index on order_id finds the few that
# can be due. Orders that others hold are left for the next sweep.
_ERASE_OLD = """
with before as materialized (
    select uuidv7(%(days)s * interval '-1 day') as id
), due as materialized (
    select c.order_id from order_contacts c join orders o on o.id = c.order_id
    where c.order_id < (select id from before)
      and o.status = any(%(ends)s) and o.updated_at < clock_timestamp() - %(days)s * interval '1 day'
    order by c.order_id
    limit %(limit)s
    for update of c skip locked
)
delete from order_contacts where order_id in (select order_id from due)
"""

_ERASE_OF_CUSTOMER = """
delete from order_contacts where order_id in (select id from orders where customer_id = %(id)s)
"""


def erase_old(engine: Engine, days: int, limit: int) -> int:
    """Erases the contacts of orders that ended at least this number of days ago, at most limit. Returns their
    number."""
    values = {"days": days, "limit": limit, "ends": list(ENDS)}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_ERASE_OLD, values).rowcount)


def erase_of_customer(connection: Connection, customer_id: UUID) -> None:
    """Erases the contacts of all orders of a customer, in the transaction that erases the account."""
    connection.exec_driver_sql(_ERASE_OF_CUSTOMER, {"id": customer_id})
