"""Commits the order, then its event. Breaks history: after a crash in between, an order has no event."""

from collections.abc import Sequence

from sqlalchemy import Connection

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.order_limits import OrderLimiter
from pedidos.sentence import Sentence
from pedidos.storage.orders import placing
from pedidos.storage.orders.placed import Outcome, Placed
from pedidos.storage.orders.placing import NewOrder
from pedidos_drills.safeguard import Safeguard

_WRITE_EVENTS = """
insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail, occurred_at)
select id, 1, 'order.placed', 'received', customer_id, merchant_id, jsonb_build_object('total_cents', total_cents),
       created_at
from orders where id = any(%(ids)s)
"""

_place_on = placing.place_on


def place_then_write_events(
    connection: Connection, orders: Sequence[NewOrder], kept_hours: int = 24, limiter: OrderLimiter | None = None
) -> list[Outcome]:
    outcomes = _place_on(connection, orders, kept_hours, limiter)
    placed = [one.order_id for one in outcomes if isinstance(one, Placed) and not one.replayed]
    if placed:
        reach(CrashPoint.API_AFTER_COMMIT)
        connection.exec_driver_sql(_WRITE_EVENTS, {"ids": placed})
    return outcomes


SAFEGUARD = Safeguard(
    "one-commit",
    guards="An order and its first event are one commit.",
    off=Sentence("They are two commits, one after the other."),
    needs="api-killed",
    invariant="history",
    replaced={
        "pedidos.storage.orders.placing:FIRST_EVENT": "first_event as (select)",
        "pedidos.storage.orders.placing:place_on": place_then_write_events,
    },
)
