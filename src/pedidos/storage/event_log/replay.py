"""The live stream's side of the event log: what happened after a cursor, up to a boundary below which all is known.

Below the bound (finality.py) no event can appear any more. So the events with lower txid are final: every later
look finds the same ones, until they are old enough to be removed. How far that has come is the horizon; who wants to go
on behind a place that is not above it may miss events, and is told so.

A boundary is the number after the newest of these events. Up to the bound there are no others; but numbers that nothing
was written to disk for are given away a second time after a crash of PostgreSQL, and then there may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, Row

from pedidos.storage.engine import in_statement
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.finality import BOUND


class Cursor(NamedTuple):
    """A place in the event log. No event has seq 0, so (n, 0) is just before transaction n."""

    txid: int
    seq: int


START = Cursor(0, 0)

MOST_MOVED = 20_000
"""Orders of one owner out of which a page of their events can be read."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An order's events between a cursor and the boundary (a txid). status is the newest below the boundary, if any.
    whole: none of them has been removed."""

    customer_id: UUID
    merchant_id: UUID
    boundary: int
    status: str | None
    whole: bool
    events: list[LoggedEvent]


@dataclass(frozen=True, slots=True)
class Reach:
    """The boundary now, and whether a replay from the cursor to there is possible within the limit."""

    boundary: int
    possible: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody's events out of a stretch of the log. end: where to go on, None if nothing is left. whole: none of the
    stretch has been removed, and not too many orders have moved; otherwise there is nothing else."""

    whole: bool
    events: list[LoggedEvent]
    end: Cursor | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose events: of a customer, of a merchant, or (both None) everybody's."""

    customer_id: UUID | None = None
    merchant_id: UUID | None = None


# The fields of LoggedEvent.
_EVENT = """
    e.txid::text, e.seq, e.order_id, e.version, e.type, e.status, e.customer_id, e.merchant_id, e.detail, e.traceparent,
    e.occurred_at"""

_NEWEST = f"""
    greatest(
        (select max(txid) from order_events where txid < {BOUND}),
        (select removed from event_log_horizon)
    )::text as newest_txid"""  # noqa: S608  # the bound is ours

# An order is written together with its first event, and loses them all at once, when it has ended: if there is none,
# its row tells the end, and all that was in the log came up to the row's transaction.
_ORDER = f"""
select o.customer_id as customer, o.merchant_id as merchant, {_NEWEST},
       case when log.kept then (
           select status from order_events
           where order_id = o.id and txid < {BOUND}
           order by version desc limit 1
       ) else o.status end as newest,
       log.kept or o.txid <= %(txid)s::xid8 as whole,
       {_EVENT}
from orders as o
cross join lateral (select exists (select from order_events where order_id = o.id) as kept) as log
left join order_events as e
       on e.order_id = o.id
      and (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s)
      and e.txid < {BOUND}
where o.id = %(order_id)s
order by e.version
"""  # noqa: S608  # the list of columns is ours

_AT = f"select {_EVENT} from order_events as e where txid = %(txid)s::xid8 and seq = %(seq)s"  # noqa: S608  # ours

_REACH = f"""
select {_NEWEST}, {{too_far}} as too_far,
       (select removed <> '0' and removed >= %(txid)s::xid8 from event_log_horizon) as gone
"""  # noqa: S608  # the expression is ours

# There is always a row, for the horizon of the same moment.
_PAGE = f"""
with {{page}}
select {_EVENT}, h.removed <> '0' and h.removed >= %(txid)s::xid8 as gone, {{too_many}} as too_many
from event_log_horizon as h left join page as e on true
order by e.txid, e.seq
"""  # noqa: S608  # the list of columns is ours

_STRETCH = "(txid, seq) > (%(txid)s::xid8, %(seq)s) and txid < %(boundary)s::xid8"

_EVERYBODYS_TOO_FAR = """exists (
    select from order_events where (txid, seq) > (%(txid)s::xid8, %(seq)s) order by txid, seq offset %(limit)s
)"""

_EVERYBODYS = f"""page as (
    select * from order_events where {_STRETCH} order by txid, seq limit %(limit)s
)"""  # noqa: S608  # the condition is ours

# The owner's orders that have an event at the cursor's transaction or later: orders.txid is that of the newest. Those
# in flight are few; the others come in the order of an index, and a limit has it used, whatever PostgreSQL guesses.
_MOVED = """moved as materialized (
    (select id from orders where {owner}_id = %(owner)s and in_flight and txid >= %(txid)s::xid8
     order by id limit %(most)s)
    union all
    (select id from orders where {owner}_id = %(owner)s and not in_flight and landed_txid >= %(txid)s::xid8
     order by landed_txid limit %(most)s)
)"""

_OWN_TOO_FAR = "(with {moved} select count(*) > %(limit)s from moved)"

# Order by order: without the offset PostgreSQL may choose to read the whole log and to join it.
_OWN = f"""{{moved}}, page as (
    select e.* from moved cross join lateral (
        select * from order_events where order_id = moved.id and {_STRETCH} offset 0
    ) as e
    order by e.txid, e.seq limit %(limit)s
)"""  # noqa: S608  # the condition is ours


def boundary(engine: Engine) -> int:
    """The boundary now."""
    (row,) = _all(engine, f"select {_NEWEST}", {})
    return _boundary(row)


def open_order(engine: Engine, order_id: UUID, after: Cursor) -> Opened | None:
    """What an order's stream begins with; None if there is no such order."""
    rows = _all(engine, _ORDER, {"order_id": order_id, "txid": str(after.txid), "seq": after.seq})
    if not rows:
        return None
    first = rows[0]
    events = [LoggedEvent._make(row[5:]) for row in rows if row.seq is not None]
    return Opened(first.customer, first.merchant, _boundary(first), first.newest, first.whole, events)


def reach(engine: Engine, owner: Owner, after: Cursor, limit: int) -> Reach:
    """Whether at most limit of the owner's orders have moved since the cursor, and nothing of that has been removed. Of
    everybody's events there may be at most limit. A cursor that lies in the future cannot be reached."""
    moved, values = _moved(owner, limit + 1)
    too_far = _EVERYBODYS_TOO_FAR if moved is None else _OWN_TOO_FAR.format(moved=moved)
    values |= {"txid": str(after.txid), "seq": after.seq, "limit": limit}
    (row,) = _all(engine, _REACH.format(too_far=too_far), values)
    edge = _boundary(row)
    return Reach(edge, not row.too_far and not row.gone and after.txid <= edge)


def page(engine: Engine, owner: Owner, after: Cursor, upto: int, limit: int) -> Page:
    """The owner's first limit events that lie after the cursor and below the boundary upto."""
    moved, values = _moved(owner, MOST_MOVED + 1)
    if moved is None:
        page, too_many = _EVERYBODYS, "false"
    else:
        page, too_many = _OWN.format(moved=moved), "(select count(*) >= %(most)s from moved)"
    values |= {"txid": str(after.txid), "seq": after.seq, "boundary": str(upto), "limit": limit}
    rows = _all(engine, _PAGE.format(page=page, too_many=too_many), values)
    last = rows[-1]
    whole = not (last.gone or last.too_many)
    if not whole or last.seq is None:
        return Page(whole, [], None)
    end = Cursor(int(last.txid), last.seq) if len(rows) == limit else None
    return Page(True, [LoggedEvent._make(row[:-2]) for row in rows], end)


def _moved(owner: Owner, most: int) -> tuple[str | None, dict[str, Any]]:
    """The expression that finds the owner's orders that have moved, None for everybody's; and its values."""
    for kind, value in (("customer", owner.customer_id), ("merchant", owner.merchant_id)):
        if value is not None:
            return _MOVED.format(owner=kind), {"owner": value, "most": most}
    return None, {}


def at(engine: Engine, place: Cursor) -> LoggedEvent | None:
    """The event at this place, or None."""
    rows = _all(engine, _AT, {"txid": str(place.txid), "seq": place.seq})
    return LoggedEvent._make(rows[0]) if rows else None


def _boundary(row: Row[Any]) -> int:
    return int(row.newest_txid) + 1


def _all(engine: Engine, statement: str, values: dict[str, Any]) -> Sequence[Row[Any]]:
    def run(connection: Connection) -> Sequence[Row[Any]]:
        return connection.exec_driver_sql(statement, values).all()

    return in_statement(engine, run)
