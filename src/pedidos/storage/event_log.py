"""The live stream's side of the event log: what happened after a cursor, up to a boundary below which all is known.

Below pg_snapshot_xmin(pg_current_snapshot()) all transactions are over. So the events with lower txid are final: every
later look finds the same ones, until they are old enough to be removed. How far that has come is the horizon; who wants
to go on behind a place that is not above it may miss events, and is told so.

A boundary is the number after the newest of these events. Up to xmin there are no others; but numbers that nothing was
written to disk for are given away a second time after a crash of PostgreSQL, and then there may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, Row

from pedidos.storage.engine import in_statement
from pedidos.storage.relay import LoggedEvent


class Cursor(NamedTuple):
    """A place in the event log. No event has seq 0, so (n, 0) is just before transaction n."""

    txid: int
    seq: int


START = Cursor(0, 0)


class Published(NamedTuple):
    """The running number of the last event that is published, and whether the log has none after it."""

    number: int
    all_of_it: bool


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
    """Somebody's events out of a stretch of the log. end: where the stretch ends, None if nothing was left. whole: none
    of the stretch has been removed; otherwise there is nothing else."""

    whole: bool
    events: list[LoggedEvent]
    end: Cursor | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose events: of a customer, of a merchant, or (both None) everybody's."""

    customer_id: UUID | None = None
    merchant_id: UUID | None = None


# One entry of the index, read from its end: "is there none behind it" would read the whole log to say yes.
_PUBLISHED = """
select p.published as number, coalesce((
    select (e.txid, e.seq) <= (p.txid, p.seq) from order_events as e order by e.txid desc, e.seq desc limit 1
), true) as all_of_it
from relay_positions as p where p.shard = %(shard)s
"""

# The fields of LoggedEvent.
_EVENT = """
    e.txid::text, e.seq, e.order_id, e.version, e.type, e.status, e.customer_id, e.merchant_id, e.detail, e.traceparent,
    e.occurred_at"""

_NEWEST = """
    greatest(
        (select max(txid) from order_events where txid < pg_snapshot_xmin(pg_current_snapshot())),
        (select removed from event_log_horizon)
    )::text as newest_txid"""

# An order is written together with its first event, and loses them all at once, when it has ended: if there is none,
# its row tells the end, and all that was in the log came up to the row's transaction.
_ORDER = f"""
select o.customer_id as customer, o.merchant_id as merchant, {_NEWEST},
       case when log.kept then (
           select status from order_events
           where order_id = o.id and txid < pg_snapshot_xmin(pg_current_snapshot())
           order by version desc limit 1
       ) else o.status end as newest,
       log.kept or o.txid <= %(txid)s::xid8 as whole,
       {_EVENT}
from orders as o
cross join lateral (select exists (select from order_events where order_id = o.id) as kept) as log
left join order_events as e
       on e.order_id = o.id
      and (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s)
      and e.txid < pg_snapshot_xmin(pg_current_snapshot())
where o.id = %(order_id)s
order by e.version
"""  # noqa: S608  # the list of columns is ours

_AT = f"select {_EVENT} from order_events as e where txid = %(txid)s::xid8 and seq = %(seq)s"  # noqa: S608  # ours

_REACH = f"""
select {_NEWEST},
       exists (
           select from order_events
           where (txid, seq) > (%(txid)s::xid8, %(seq)s)
           order by txid, seq
           offset %(limit)s
       ) as too_far,
       (select removed <> '0' and removed >= %(txid)s::xid8 from event_log_horizon) as gone
"""  # noqa: S608  # the expression is ours

# The inner select bounds the work of a page, however few of its events are the owner's; the last one is wanted in any
# case, because the next page begins there. There is always a row, for the horizon of the same moment.
_PAGE = f"""
with page as (
    select * from order_events
    where (txid, seq) > (%(txid)s::xid8, %(seq)s) and txid < %(boundary)s::xid8
    order by txid, seq
    limit %(limit)s
), newest as (
    select txid, seq from page order by txid desc, seq desc limit 1
), wanted as (
    select page.*, (%(customer)s::uuid is null or page.customer_id = %(customer)s)
               and (%(merchant)s::uuid is null or page.merchant_id = %(merchant)s) as theirs
    from page
)
select {_EVENT}, e.theirs, h.removed <> '0' and h.removed >= %(txid)s::xid8 as gone
from event_log_horizon as h
left join (wanted as e join newest on e.theirs or (e.txid, e.seq) = (newest.txid, newest.seq)) on true
order by e.txid, e.seq
"""  # noqa: S608  # the list of columns is ours


def published(engine: Engine, shard: int) -> Published:
    """How far the shard's relay is, as it has noted down."""
    (row,) = _all(engine, _PUBLISHED, {"shard": shard})
    return Published(row.number, row.all_of_it)


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


def reach(engine: Engine, after: Cursor, limit: int) -> Reach:
    """Whether there are at most limit events after the cursor, and none of them has been removed. A cursor that lies in
    the future cannot be reached."""
    (row,) = _all(engine, _REACH, {"txid": str(after.txid), "seq": after.seq, "limit": limit})
    edge = _boundary(row)
    return Reach(edge, not row.too_far and not row.gone and after.txid <= edge)


def page(engine: Engine, owner: Owner, after: Cursor, upto: int, limit: int) -> Page:
    """The owner's events among the first limit ones that lie after the cursor and below the boundary upto."""
    rows = _all(
        engine,
        _PAGE,
        {
            "txid": str(after.txid),
            "seq": after.seq,
            "boundary": str(upto),
            "limit": limit,
            "customer": owner.customer_id,
            "merchant": owner.merchant_id,
        },
    )
    last = rows[-1]
    if last.gone or last.seq is None:
        return Page(not last.gone, [], None)
    return Page(True, [LoggedEvent._make(row[:-2]) for row in rows if row.theirs], Cursor(int(last.txid), last.seq))


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
