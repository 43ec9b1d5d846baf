"""The events of a customer, of a merchant or of all orders after a cursor, page by page up to a boundary.

An owner's events are found through the owner's orders that have moved since the cursor: order_events has no index by
owner.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.access import OrderScope
from pedidos.domain.cursor import Cursor
from pedidos.storage.engine import in_statement
from pedidos.storage.event_log import boundary
from pedidos.storage.event_log.boundary import NEWEST
from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.event_log.events import COLUMNS, LoggedEvent
from pedidos.storage.sql import Sql
from pedidos.storage.xid8 import xid8

MAX_MOVED = 20_000
"""Maximum number of an owner's orders from which a page is read."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The boundary now, and whether a replay from the cursor to there is possible within the limit."""

    boundary: int
    possible: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The first events of a stretch of the log. end: the cursor of the next page, None if nothing is left.

    whole: no event of the stretch has been removed, and not too many orders have moved. Otherwise there are no events.
    """

    whole: bool
    events: list[LoggedEvent]
    end: Cursor | None


_CUSTOMER, _MERCHANT = Sql("customer_id"), Sql("merchant_id")
_IN_FLIGHT = {_CUSTOMER: Sql("landed_status is null"), _MERCHANT: Sql("in_flight")}
"""The condition of the index that has the orders in flight of such an owner, and those that wait for their time."""

_SEQUENCE = {_CUSTOMER: Sql("id"), _MERCHANT: Sql("(release_at is null), id")}
"""The columns after the owner's in that index."""

_GONE = Sql("h.removed <> '0' and h.removed >= %(txid)s::xid8")
"""Whether events after the cursor have been removed; event_log_horizon as h."""


def _moved(owner_column: Sql) -> Sql:
    """The owner's orders that have an event at the cursor's transaction or later.

    orders.txid is the transaction of an order's newest event. Orders in flight are few. The others are in the order of
    an index: the limit makes PostgreSQL use it, whatever its estimates are.
    """
    return Sql(
        """
    (select id from orders where {owner_column} = %(owner)s and {in_flight} and txid >= %(txid)s::xid8
     order by {sequence} limit %(max_moved)s)
    union all
    (select id from orders where {owner_column} = %(owner)s and not in_flight and landed_txid >= %(txid)s::xid8
     order by landed_txid limit %(max_moved)s)
""",
        owner_column=owner_column,
        in_flight=_IN_FLIGHT[owner_column],
        sequence=_SEQUENCE[owner_column],
    )


def _reach_of_owner(owner_column: Sql) -> Sql:
    return Sql(
        """
with moved as materialized ({moved})
select {newest},
       (select count(*) > %(limit)s from moved) as too_far,
       {gone} as gone
from event_log_horizon as h
""",
        moved=_moved(owner_column),
        newest=NEWEST,
        gone=_GONE,
    )


_REACH_OF_ALL = Sql(
    """
select {newest},
       exists (
           select from order_events where (txid, seq) > (%(txid)s::xid8, %(seq)s)
           order by txid, seq offset %(limit)s
       ) as too_far,
       {gone} as gone
from event_log_horizon as h
""",
    newest=NEWEST,
    gone=_GONE,
)


def _page_of_owner(owner_column: Sql) -> Sql:
    """Reads order by order: without "offset 0" PostgreSQL may choose to read the whole log and to join it. The horizon
    gives a row even if there is no event."""
    return Sql(
        """
with moved as materialized ({moved}), page as (
    select own.* from moved cross join lateral (
        select * from order_events
        where order_id = moved.id
          and (txid, seq) > (%(txid)s::xid8, %(seq)s) and txid < %(boundary)s::xid8
        offset 0
    ) as own
    order by own.txid, own.seq limit %(limit)s
)
select {columns},
       {gone} as gone, (select count(*) >= %(max_moved)s from moved) as too_many
from event_log_horizon as h left join page as e on true
order by e.txid, e.seq
""",
        moved=_moved(owner_column),
        columns=COLUMNS,
        gone=_GONE,
    )


_PAGE_OF_ALL = Sql(
    """
with page as (
    select * from order_events
    where (txid, seq) > (%(txid)s::xid8, %(seq)s) and txid < %(boundary)s::xid8
    order by txid, seq limit %(limit)s
)
select {columns},
       {gone} as gone, false as too_many
from event_log_horizon as h left join page as e on true
order by e.txid, e.seq
""",
    columns=COLUMNS,
    gone=_GONE,
)

_REACH_OF_CUSTOMER, _REACH_OF_MERCHANT = _reach_of_owner(_CUSTOMER), _reach_of_owner(_MERCHANT)
_PAGE_OF_CUSTOMER, _PAGE_OF_MERCHANT = _page_of_owner(_CUSTOMER), _page_of_owner(_MERCHANT)


def reach(engine: Engine, scope: OrderScope, after: Cursor, limit: int) -> Reach:
    """Whether a replay from the cursor is possible: none of its events has been removed, and at most limit of the
    owner's orders have moved since (of all orders: there are at most limit events). A cursor in the future cannot be
    reached."""
    values = {"owner": _id(scope), "max_moved": limit + 1, "limit": limit, **cursor_values(after)}
    statement = _of(scope, customer=_REACH_OF_CUSTOMER, merchant=_REACH_OF_MERCHANT, all_orders=_REACH_OF_ALL)
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(statement.text, values).one())
    edge = boundary.of_row(row)
    return Reach(edge, not row.too_far and not row.gone and after.txid <= edge)


def page(engine: Engine, scope: OrderScope, after: Cursor, upto: int, limit: int) -> Page:
    """The first limit events of these orders after the cursor and below the boundary upto."""
    values = {
        "owner": _id(scope),
        "max_moved": MAX_MOVED + 1,
        "boundary": xid8(upto),
        "limit": limit,
        **cursor_values(after),
    }
    statement = _of(scope, customer=_PAGE_OF_CUSTOMER, merchant=_PAGE_OF_MERCHANT, all_orders=_PAGE_OF_ALL)
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(statement.text, values).all())
    last = rows[-1]
    whole = not (last.gone or last.too_many)
    if not whole or last.seq is None:
        return Page(whole, [], None)
    end = Cursor(last.txid, last.seq) if len(rows) == limit else None
    return Page(True, [LoggedEvent._make(row[:-2]) for row in rows], end)


def _id(scope: OrderScope) -> UUID | None:
    return scope.customer_id or scope.merchant_id


def _of(scope: OrderScope, *, customer: Sql, merchant: Sql, all_orders: Sql) -> Sql:
    if scope.customer_id is not None:
        return customer
    return all_orders if scope.merchant_id is None else merchant
