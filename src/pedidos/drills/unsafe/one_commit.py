"""The order is committed, then its event. Breaks history: a death in between leaves an order that nobody is told of."""

from sqlalchemy import Connection

from pedidos.crash_points import reach
from pedidos.drills.safeguard import Safeguard
from pedidos.storage import orders

_head, _, _rest = orders._PLACE.partition("), told as (")
_told, _, _end = _rest.partition(")\nselect asked")

_TELL = """
insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail, occurred_at)
select id, 1, 'order.placed', 'received', customer_id, merchant_id, jsonb_build_object('total_cents', total_cents),
       created_at
from orders where id = %(id)s
"""

_place_on = orders.place_on


def place_then_tell(connection: Connection, order: orders.NewOrder, kept_hours: int = 24) -> orders.Placed:
    placed = _place_on(connection, order, kept_hours)
    if not placed.replayed:
        reach("api.after_commit")
        connection.exec_driver_sql(_TELL, {"id": placed.order_id})
    return placed


SAFEGUARD = Safeguard(
    "one-commit",
    guards="An order and the event that tells of it are one commit.",
    off="Two commits, one after the other.",
    needs="api-killed",
    invariant="history",
    replaced={
        "pedidos.storage.orders:_PLACE": f"{_head})\nselect asked{_end}",
        "pedidos.storage.orders:place_on": place_then_tell,
    },
)
