"""Closes orders: from the gateway's answer to confirmed, with their units sold, in one statement."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.order import Status
from pedidos.domain.payment import Answer, PaymentStatus
from pedidos.storage.inventory.selling import SOLD
from pedidos.storage.orders.transitions import LOCKED, MOVED_THROUGH, passing_params
from pedidos.storage.payments.outcomes import RECORDED, answer_params
from pedidos.storage.sql import Sql

# It locks orders, then payments, then stock, as every transaction does. It skips an order that another one holds.
_CLOSE = Sql(
    """
with {locked}, settled as (
    {recorded} and p.order_id in (select id from locked)
    returning p.order_id
), wanted as (
    select order_id as id from settled
), {moved}, {sold}
select id from moved
""",
    locked=LOCKED,
    recorded=RECORDED,
    moved=MOVED_THROUGH,
    sold=SOLD,
)


def close_orders(connection: Connection, answers: Mapping[UUID, tuple[int, Answer]], by: str) -> list[UUID]:
    """Records that these orders were charged, and moves them through paid to confirmed. answers: per order, the lease
    of the request and the answer.

    Returns the orders that this has moved: not those that another transaction holds, nor those of another lease.
    """
    values = passing_params(answers, Status.CHARGING, Status.CONFIRMED, by) | answer_params(answers)
    values |= {"awaited": PaymentStatus.PENDING}
    return [row.id for row in connection.exec_driver_sql(_CLOSE.text, values)]
