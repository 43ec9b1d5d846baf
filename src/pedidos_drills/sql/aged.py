"""Changes to times and to the order of transactions that a simulation makes and that no clock setting could make."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.storage.engine import in_statement, in_transaction

_MAKE_DUE = """
with refunding as (
    update refunds set next_attempt = clock_timestamp() - interval '1 second' where order_id = any(%(ids)s)
), due as (
    update payments set next_attempt = clock_timestamp() - interval '1 second' where order_id = any(%(ids)s)
)
update stalled_orders set next_hint = clock_timestamp() - interval '1 second' where order_id = any(%(ids)s)
"""

# Nothing may change an event: the trigger is off until the transaction ends.
_CONFIRM_EARLIER = """
alter table order_events disable trigger order_events_append_only;
update order_events set occurred_at = occurred_at - interval '1 hour'
where order_id = %(id)s and type = 'order.confirmed' and occurred_at > clock_timestamp() - interval '1 hour'
  and exists (select from orders where id = %(id)s and status = 'confirmed');
alter table order_events enable trigger order_events_append_only
"""

_END_LEASE = """
update courier_assignments set lease_until = taken_at + interval '1 microsecond'
where order_id = %(id)s and ending is null
"""

_COME = """
update orders set scheduled_for = created_at, release_at = created_at - interval '1 hour'
where id = any(%(ids)s) and status = 'scheduled'
"""

TAKE_NUMBER = "select pg_current_xact_id()"


def pass_time(engine: Engine, order_ids: Sequence[UUID]) -> None:
    """Ends the leases of these orders' payments and refunds and every pause between two checks of them."""
    in_statement(engine, lambda connection: connection.exec_driver_sql(_MAKE_DUE, {"ids": list(order_ids)}))


def let_lease_pass(engine: Engine, order_id: UUID) -> None:
    """Ends the lease of the courier who has the order."""
    in_statement(engine, lambda connection: connection.exec_driver_sql(_END_LEASE, {"id": order_id}))


def let_time_come(engine: Engine, order_ids: Sequence[UUID]) -> None:
    """Makes the time of those of the orders that wait for it have come an hour ago."""
    in_statement(engine, lambda connection: connection.exec_driver_sql(_COME, {"ids": list(order_ids)}))


def let_acceptance_pass(engine: Engine, order_id: UUID) -> None:
    """Makes an order that is confirmed have been so for an hour, and its time to be accepted be over."""
    in_transaction(engine, lambda connection: _confirm_earlier(connection, order_id))


def _confirm_earlier(connection: Connection, order_id: UUID) -> None:
    for statement in _CONFIRM_EARLIER.split(";"):
        connection.exec_driver_sql(statement, {"id": order_id})


def take_number(connection: Connection) -> None:
    """Assigns the transaction its id now, so that it is older than transactions that commit before its first change."""
    connection.exec_driver_sql(TAKE_NUMBER)
