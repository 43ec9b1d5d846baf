"""The guarded transition: orders move and the event log tells of it, in one statement."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from pedidos.domain.order import Status, event_type
from pedidos.storage.arrays import uuids

# Orders that are not in the state they should leave stay as they are, and so do those that another transaction holds:
# it is moving them. A transaction older than the order's newest event may not move it either (orders.txid): the relay
# reads events in the order of transactions, and would tell this one too early. The watchdog comes back to it.
_HELD = """held as materialized (
    select id from orders
    where id = any(%(ids)s::uuid[]) and status = %(source)s and txid <= pg_current_xact_id()
    order by id
    for no key update skip locked
)"""

_MOVED = """moved as (
    update orders o
    set status = %(target)s, version = version + 1, updated_at = greatest(clock_timestamp(), updated_at),
        txid = pg_current_xact_id()
    from wanted
    where o.id = wanted.id and o.status = %(source)s and o.txid <= pg_current_xact_id()
    returning o.id, o.version, o.customer_id, o.merchant_id, o.updated_at, o.total_cents, o.payment_token, wanted.detail
), told as (
    insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail, occurred_at)
    select id, version, %(type)s, %(target)s, customer_id, merchant_id, detail, updated_at from moved
)"""

_LOCK = "with {held} select id from held"

_MOVE = """
with wanted as (
    select id, detail from unnest(%(ids)s::uuid[], %(details)s::jsonb[]) as w (id, detail)
), {moved}
select id from moved
"""

_LOCK_AND_MOVE = """
with {held}, wanted as (
    select id, %(detail)s::jsonb as detail from held
), {moved}
select id from moved
"""


def run(connection: Connection, statement: str, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """The rows of a statement that locks and moves orders, and may do more.

    {held} in it stands for the expression that locks those of the orders `ids` that are in the state `source` and that
    no other transaction holds. {moved} stands for the two that move the orders in `wanted` (id, detail) from `source`
    to `target` and write an event of `type` for each.
    """
    return connection.exec_driver_sql(statement.format(held=_HELD, moved=_MOVED), dict(values)).all()


def lock(connection: Connection, ids: Sequence[UUID], source: Status) -> list[UUID]:
    """Locks those of the orders that are in this state and free, until the transaction ends; returns them."""
    return [row.id for row in run(connection, _LOCK, {"ids": uuids(ids), "source": source})]


def move(
    connection: Connection,
    details: Mapping[UUID, dict[str, Any]],
    source: Status,
    target: Status,
    kind: str | None = None,
) -> list[UUID]:
    """Moves the orders that are still in source to target; details holds, per order, what else its event says.

    kind is the event's type, where it is not the one of the target. Returns the orders that moved. The caller has
    locked them, where more than one transaction could want them.
    """
    if not details:
        return []
    rows = run(
        connection,
        _MOVE,
        {
            "ids": uuids(details),
            "details": [json.dumps(detail) for detail in details.values()],
            "source": source,
            "target": target,
            "type": kind or event_type(target),
        },
    )
    return [row.id for row in rows]


def transition_params(ids: Iterable[UUID | str], source: Status, target: Status, by: str) -> dict[str, Any]:
    """What run() needs to move orders whose events say only who did it."""
    detail = json.dumps({"by": by})
    return {"ids": uuids(ids), "source": source, "target": target, "type": event_type(target), "detail": detail}


def lock_and_move(connection: Connection, ids: Sequence[UUID], source: Status, target: Status, by: str) -> list[UUID]:
    """Moves those of the orders that are in source and that no other transaction holds; returns them."""
    return [row.id for row in run(connection, _LOCK_AND_MOVE, transition_params(ids, source, target, by))]


_HOLD = """
select status, merchant_id, customer_id from orders where id = %(id)s for no key update nowait
"""


def lock_order(connection: Connection, order_id: UUID) -> Status | None:
    """The order's state, which stays so until the transaction ends. None: no such order. Raises Held."""
    row = connection.exec_driver_sql(_HOLD, {"id": order_id}).one_or_none()
    return None if row is None else Status(row.status)
