"""Opens orders: from received to charging, with their stock and their payments, in one statement."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.order import Status
from pedidos.storage.inventory.reserving import RESERVED
from pedidos.storage.orders.transitions import LOCKED, MOVED_THROUGH, passing_params
from pedidos.storage.payments.attempts import BEGUN, Attempt, attempts_of
from pedidos.storage.sql import Sql

# It locks orders, then stock in the order of the product ids, as every transaction does. The payments are new.
_OPEN = Sql(
    """
with {locked}, wanted as (
    select id from locked
), {moved}, {reserved}, {begun}
""",
    locked=LOCKED,
    moved=MOVED_THROUGH,
    reserved=RESERVED,
    begun=BEGUN,
)


def open_orders(connection: Connection, order_ids: Sequence[UUID], by: str, lease_seconds: float) -> list[Attempt]:
    """Moves the orders that are received through validated and reserved to charging, and reserves their units. Returns
    their payments, under the lease of the caller: not those of orders that another transaction holds.

    Raises ConstraintViolated if there are too few units for all of them; then nothing is changed.
    """
    values = passing_params(order_ids, Status.RECEIVED, Status.CHARGING, by) | {"lease": lease_seconds}
    return attempts_of(connection.exec_driver_sql(_OPEN.text, values).all())
