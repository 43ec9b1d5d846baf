"""Merchants with their opening hours and closures.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.rating import Average
from pedidos.domain.schedule import Closure, Interval
from pedidos.storage.arrays import uuids
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue.matching import MERCHANT_MATCHES, MOST_MATCHES
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once
from pedidos.storage.sql import Sql


@dataclass(frozen=True, slots=True)
class StoredClosure:
    """A closure that has not ended. reason: for customers, may be empty."""

    id: UUID
    begins: datetime
    ends: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Merchant:
    id: UUID
    name: str
    time_zone: str
    active: bool
    hours: list[Interval]
    stored_closures: list[StoredClosure]
    rating: Average | None = None
    """None: no customer has rated an order of it."""

    @property
    def closures(self) -> list[Closure]:
        return [Closure(each.begins, each.ends) for each in self.stored_closures]


_COLUMNS = Sql(
    """id, name, time_zone, active,
    (select coalesce(json_agg(json_build_array(h.weekday, h.opens, h.closes) order by h.weekday, h.opens), '[]')
     from opening_hours h where h.merchant_id = m.id) as hours,
    (select coalesce(json_agg(json_build_array(c.id, c.begins, c.ends, c.reason) order by c.begins), '[]')
     from closures c where c.merchant_id = m.id and c.ends > now()) as closures,
    (select json_build_array(k.ratings, k.stars) from merchant_ratings k where k.merchant_id = m.id) as rating"""
)

_MERCHANTS = Sql(
    """
select {columns} from merchants m
where m.active and (%(after)s::uuid is null or m.id > %(after)s)
order by m.id limit %(limit)s
""",
    columns=_COLUMNS,
)

_MERCHANTS_SEARCH = Sql(
    """
with matching as materialized (
    select m.id from merchants m where {matches} and m.active limit %(most)s
)
select {columns} from merchants m
where m.id in (select id from matching) and (%(after)s::uuid is null or m.id > %(after)s)
order by m.id limit %(limit)s
""",
    columns=_COLUMNS,
    matches=MERCHANT_MATCHES,
)

_ONE_MERCHANT = Sql("select {columns} from merchants m where m.id = %(id)s", columns=_COLUMNS)

_BY_IDS = Sql("select {columns} from merchants m where m.id = any(%(ids)s::uuid[])", columns=_COLUMNS)

# Without the lock, two sessions that replace the hours of a merchant at the same time would mix them.
_LOCK_MERCHANT = "select from merchants where id = %(id)s for no key update"

_CLEAR_HOURS = "delete from opening_hours where merchant_id = %(id)s"

_ADD_HOURS = """
insert into opening_hours (merchant_id, weekday, opens, closes)
select %(id)s, h.weekday, h.opens, h.closes
from unnest(%(weekdays)s::int[], %(opens)s::int[], %(closes)s::int[]) as h (weekday, opens, closes)
"""


def merchants(engine: Engine, after: UUID | None, limit: int, wanted: str = "") -> list[Merchant]:
    """Active merchants by id, at most limit; after is the id of the last one of the page before. wanted: those whose
    names match it, of more than MOST_MATCHES not all."""
    values = {"after": after, "limit": limit, "wanted": wanted, "most": MOST_MATCHES}
    statement = _MERCHANTS_SEARCH if wanted else _MERCHANTS
    return [_merchant(row) for row in in_statement(engine, lambda c: c.exec_driver_sql(statement.text, values).all())]


def merchant(engine: Engine, merchant_id: UUID) -> Merchant | None:
    row = in_statement(engine, lambda c: c.exec_driver_sql(_ONE_MERCHANT.text, {"id": merchant_id}).one_or_none())
    return _merchant(row) if row else None


def by_ids(engine: Engine, merchant_ids: Iterable[UUID]) -> dict[UUID, Merchant]:
    """The merchants with these ids, also those that are not active."""
    values = {"ids": uuids(merchant_ids)}
    rows = in_statement(engine, lambda c: c.exec_driver_sql(_BY_IDS.text, values).all())
    return {row.id: _merchant(row) for row in rows}


def read(connection: Connection, merchant_id: UUID) -> Merchant:
    """A merchant that exists, in a transaction."""
    return _merchant(connection.exec_driver_sql(_ONE_MERCHANT.text, {"id": merchant_id}).one())


def lock(connection: Connection, merchant_id: UUID) -> None:
    """Keeps others from changing the hours and closures of the merchant until the transaction ends."""
    connection.exec_driver_sql(_LOCK_MERCHANT, {"id": merchant_id})


def set_hours(engine: Engine, merchant_id: UUID, hours: Sequence[Interval], who: Who) -> Merchant:
    """Replaces the opening hours of a merchant that exists; the intervals of a day must not overlap."""
    return once(engine, lambda connection: _set_hours(connection, merchant_id, hours, who))


def _set_hours(connection: Connection, merchant_id: UUID, hours: Sequence[Interval], who: Who) -> Merchant:
    lock(connection, merchant_id)
    connection.exec_driver_sql(_CLEAR_HOURS, {"id": merchant_id})
    add_hours(connection, merchant_id, hours)
    merchant = read(connection, merchant_id)
    write(connection, Entry(Action.MERCHANT_HOURS_SET, who, str(merchant_id)))
    return merchant


def add_hours(connection: Connection, merchant_id: UUID, hours: Sequence[Interval]) -> None:
    """Adds opening hours to those of a merchant, in a transaction."""
    values = {
        "id": merchant_id,
        "weekdays": [interval.weekday for interval in hours],
        "opens": [interval.opens for interval in hours],
        "closes": [interval.closes for interval in hours],
    }
    connection.exec_driver_sql(_ADD_HOURS, values)


def _merchant(row: Row[Any]) -> Merchant:
    return Merchant(
        row.id,
        row.name,
        row.time_zone,
        row.active,
        [Interval(*interval) for interval in row.hours],
        [
            StoredClosure(UUID(closure_id), datetime.fromisoformat(begins), datetime.fromisoformat(ends), reason)
            for closure_id, begins, ends, reason in row.closures
        ],
        Average(*row.rating) if row.rating else None,
    )
