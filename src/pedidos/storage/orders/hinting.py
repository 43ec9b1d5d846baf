"""Asks for a hint for one order at once: the watchdog sends it at its next look.

So it needs no task broker here, and it is not lost while the broker is away.
"""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.order import IN_FLIGHT, Status
from pedidos.domain.payment import PaymentStatus
from pedidos.storage.audit_log.writing import write
from pedidos.storage.once import once
from pedidos.storage.orders.transitions import lock_order

# The watchdog takes a row whose next hint is due, however short a time ago the order has moved.
_HINT = """
insert into stalled_orders (order_id, version, hints, next_hint)
select id, version, 0, clock_timestamp() from orders where id = %(id)s
on conflict (order_id) do update
    set version = excluded.version, next_hint = excluded.next_hint,
        hints = case when stalled_orders.version = excluded.version then stalled_orders.hints else 0 end,
        last_error = case when stalled_orders.version = excluded.version then stalled_orders.last_error end
    where stalled_orders.version <> excluded.version or stalled_orders.next_hint > excluded.next_hint
"""

# Not before the lease ends: a worker may be asking the gateway under it at this moment.
_ASK = """
update payments set next_attempt = greatest(lease_until, clock_timestamp())
where order_id = %(id)s and status in ('pending', 'undoing') and next_attempt > greatest(lease_until, clock_timestamp())
"""

_ASK_FOR_REFUNDS = """
update refunds set next_attempt = greatest(lease_until, clock_timestamp())
where order_id = %(id)s and status = 'pending' and next_attempt > greatest(lease_until, clock_timestamp())
"""

_PAYMENT = "select status from payments where order_id = %(id)s"

_REFUNDING = "select exists (select from refunds where order_id = %(id)s and status = 'pending')"


def hint(engine: Engine, order_id: UUID, who: Who) -> bool:
    """Makes the order and its payment due now, for an operator. Returns False if the platform has nothing to do with
    it. Asking again changes nothing, and leaves no second entry in the audit log. Raises LookupError, Held,
    once.OutcomeUnknown."""

    def work(connection: Connection) -> bool:
        status = lock_order(connection, order_id)
        if status is None:
            raise LookupError(order_id)
        values = {"id": order_id}
        paying = connection.exec_driver_sql(_PAYMENT, values).scalar_one_or_none()
        unsettled = paying in (PaymentStatus.PENDING, PaymentStatus.UNDOING)
        refunding: bool = connection.exec_driver_sql(_REFUNDING, values).scalar_one()
        if status not in IN_FLIGHT and not unsettled and not refunding:
            return False
        changed = connection.exec_driver_sql(_ASK, values).rowcount
        if refunding:
            changed += connection.exec_driver_sql(_ASK_FOR_REFUNDS, values).rowcount
        if status in IN_FLIGHT and status is not Status.CHARGING:  # the watchdog finds those by their payments
            changed += hint_now(connection, order_id)
        if changed:
            write(connection, Entry(Action.ORDER_HINTED, who, str(order_id), detail={"status": status}))
        return True

    return once(engine, work)


def hint_now(connection: Connection, order_id: UUID) -> int:
    """Makes the order due now, for the step that it waits for; the caller has it locked. Returns 1, or 0 if it was
    due."""
    return connection.exec_driver_sql(_HINT, {"id": order_id}).rowcount
