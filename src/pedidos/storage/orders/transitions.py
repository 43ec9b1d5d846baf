"""Guarded transitions: one statement moves orders from one state to another and writes the events."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from pedidos.domain.order import UNPAID, Status, event_type, passed
from pedidos.storage.arrays import uuids
from pedidos.storage.sql import Sql
from pedidos.telemetry.catalogue import orders as metrics

IN_SOURCE_STATE = Sql("status = %(source)s")
"""An order that is not in the state it should leave stays as it is: a repeated hint changes nothing."""

NOT_OLDER = Sql("txid <= pg_current_xact_id()")
"""A transaction that is older than the order's newest event (orders.txid) does not move it. The relay reads events in
the order of transactions, and would publish this one too early. The watchdog comes back to the order."""

PASS_OVER_HELD = Sql("for no key update skip locked")
"""Skips an order that another transaction holds: that one is moving it."""

LOCKED = Sql(
    """locked as materialized (
    select id from orders
    where id = any(%(ids)s::uuid[]) and {in_source_state} and {not_older}
    order by id
    {pass_over_held}
)""",
    in_source_state=IN_SOURCE_STATE,
    not_older=NOT_OLDER,
    pass_over_held=PASS_OVER_HELD,
)
"""Locks the orders of `ids` that are in the state `source` and free, by id, until the transaction ends."""

MOVED = Sql(
    """moved as (
    update orders o
    set status = %(target)s, version = version + 1, updated_at = greatest(clock_timestamp(), updated_at),
        txid = pg_current_xact_id(), payment_token = case when %(unpaid)s then payment_token end, release_at = null
    from wanted
    where o.id = wanted.id and {in_source_state} and {not_older}
    returning o.id, o.version, o.customer_id, o.merchant_id, o.updated_at, o.total_cents, o.payment_token,
        case when o.scheduled_for is null then wanted.detail
             else wanted.detail || jsonb_build_object('scheduled_for', o.scheduled_for) end as detail
), written as (
    insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail, occurred_at)
    select id, version, %(type)s, %(target)s, customer_id, merchant_id, detail, updated_at from moved
)""",
    in_source_state=IN_SOURCE_STATE,
    not_older=NOT_OLDER,
)
"""Moves the orders in `wanted` (id, detail) from `source` to `target` and writes an event of `type` for each. Unless
`unpaid`, it removes the payment token, which no later request needs: refunds name the charge by its key. An order that
moves no longer waits for its time. If it is for later, each event says for when."""

MOVED_THROUGH = Sql(
    """moved as (
    update orders o
    set status = %(target)s, version = version + %(count)s, updated_at = greatest(clock_timestamp(), updated_at),
        txid = pg_current_xact_id(), payment_token = case when %(unpaid)s then payment_token end
    from wanted
    where o.id = wanted.id and {in_source_state} and {not_older}
    returning o.id, o.version, o.customer_id, o.merchant_id, o.updated_at, o.total_cents, o.payment_token,
        case when o.scheduled_for is null then %(detail)s::jsonb
             else %(detail)s::jsonb || jsonb_build_object('scheduled_for', o.scheduled_for) end as detail
), written as (
    insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail, occurred_at)
    select m.id, m.version - %(count)s + e.number, e.type, e.status, m.customer_id, m.merchant_id, m.detail,
           m.updated_at
    from moved m cross join unnest(%(types)s::text[], %(states)s::text[]) with ordinality as e (type, status, number)
    order by m.id, e.number -- the log is read in this order within a transaction
)""",
    in_source_state=IN_SOURCE_STATE,
    not_older=NOT_OLDER,
)
"""Moves the orders in `wanted` (id) from `source` to `target` through all of `states`, of which it is the last. It
writes each order once, and an event with a version of its own for each state, all with the same `detail`. If it is for
later, each event says for when."""

_LOCK = Sql("with {locked} select id from locked", locked=LOCKED)

_MOVE = Sql(
    """
with wanted as (
    select id, detail from unnest(%(ids)s::uuid[], %(details)s::jsonb[]) as w (id, detail)
), {moved}
select id from moved
""",
    moved=MOVED,
)

_LOCK_AND_MOVE = Sql(
    """
with {locked}, wanted as (
    select id, %(detail)s::jsonb as detail from locked
), {moved}
select id from moved
""",
    locked=LOCKED,
    moved=MOVED,
)

# A person waits for the answer, so a held row is an error at once.
_LOCK_ORDER = "select status from orders where id = %(id)s for no key update nowait"


def lock(connection: Connection, ids: Sequence[UUID], source: Status) -> list[UUID]:
    """Locks the orders that are in this state and free, until the transaction ends. Returns them."""
    return [row.id for row in connection.exec_driver_sql(_LOCK.text, {"ids": uuids(ids), "source": source})]


def move(
    connection: Connection,
    details: Mapping[UUID, dict[str, Any]],
    source: Status,
    target: Status,
    kind: str | None = None,
) -> list[UUID]:
    """Moves the orders that are still in source to target. details: for each order, the detail of its event.

    kind: the type of the event, if it is not the one of the target. Returns the orders that moved. If other
    transactions could move them too, the caller has locked them.
    """
    if not details:
        return []
    values = {
        "ids": uuids(details),
        "details": [orjson.dumps(detail).decode() for detail in details.values()],
        "source": source,
        "target": target,
        "type": kind or event_type(target),
        "unpaid": target in UNPAID,
    }
    moved = [row.id for row in connection.exec_driver_sql(_MOVE.text, values)]
    if target in metrics.ENDED_EARLY:
        metrics.ORDERS_ENDED_EARLY[target].inc(len(moved))
    return moved


def lock_and_move(connection: Connection, ids: Sequence[UUID], source: Status, target: Status, by: str) -> list[UUID]:
    """Moves the orders that are in source and that no other transaction holds. Returns them."""
    values = transition_params(ids, source, target, by)
    return [row.id for row in connection.exec_driver_sql(_LOCK_AND_MOVE.text, values)]


def transition_params(ids: Iterable[UUID], source: Status, target: Status, by: str) -> dict[str, Any]:
    """The parameters of LOCKED and MOVED, for events that only say who moved the orders."""
    detail = orjson.dumps({"by": by}).decode()
    return {
        "ids": uuids(ids),
        "source": source,
        "target": target,
        "type": event_type(target),
        "unpaid": target in UNPAID,
        "detail": detail,
    }


def passing_params(ids: Iterable[UUID], source: Status, target: Status, by: str) -> dict[str, Any]:
    """The parameters of LOCKED and MOVED_THROUGH."""
    statuses = passed(source, target)
    several = {"count": len(statuses), "states": list(statuses), "types": [event_type(each) for each in statuses]}
    return transition_params(ids, source, target, by) | several


def lock_order(connection: Connection, order_id: UUID) -> Status | None:
    """Locks the order until the transaction ends, and returns its state. None: no such order. Raises Held."""
    row = connection.exec_driver_sql(_LOCK_ORDER, {"id": order_id}).one_or_none()
    return None if row is None else Status(row.status)
