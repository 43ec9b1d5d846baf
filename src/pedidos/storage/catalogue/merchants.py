"""Merchants with their opening hours.

What changes something is done once: it raises once.OutcomeUnknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, text

from pedidos.domain.schedule import Interval
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once


@dataclass(frozen=True, slots=True)
class Merchant:
    id: UUID
    name: str
    time_zone: str
    active: bool
    hours: list[Interval]


_MERCHANT = """
select id, name, time_zone, active,
    (select coalesce(json_agg(json_build_array(h.weekday, h.opens, h.closes) order by h.weekday, h.opens), '[]')
     from opening_hours h where h.merchant_id = m.id) as hours
from merchants m
"""
_MERCHANTS = text(
    _MERCHANT + " where m.active and (cast(:after as uuid) is null or m.id > :after) order by m.id limit :limit"
)
_ONE_MERCHANT = text(_MERCHANT + " where m.id = :id")

_LOCK_MERCHANT = text("select from merchants where id = :id for no key update")
_CLEAR_HOURS = text("delete from opening_hours where merchant_id = :id")
_ADD_HOURS = text("""
insert into opening_hours (merchant_id, weekday, opens, closes)
select :id, h.weekday, h.opens, h.closes
from unnest(cast(:weekdays as int[]), cast(:opens as int[]), cast(:closes as int[])) as h (weekday, opens, closes)
""")


def merchants(engine: Engine, after: UUID | None, limit: int) -> list[Merchant]:
    """Active merchants by id, at most limit; after is the id of the last one of the page before."""
    values = {"after": after, "limit": limit}
    return [_merchant(row) for row in in_statement(engine, lambda c: c.execute(_MERCHANTS, values).all())]


def merchant(engine: Engine, merchant_id: UUID) -> Merchant | None:
    row = in_statement(engine, lambda c: c.execute(_ONE_MERCHANT, {"id": merchant_id}).one_or_none())
    return _merchant(row) if row else None


def set_hours(engine: Engine, merchant_id: UUID, hours: Sequence[Interval]) -> Merchant:
    """Replaces the opening hours of a merchant that exists; the intervals of a day must not overlap."""
    return once(engine, lambda connection: _set_hours(connection, merchant_id, hours))


def _set_hours(connection: Connection, merchant_id: UUID, hours: Sequence[Interval]) -> Merchant:
    connection.execute(_LOCK_MERCHANT, {"id": merchant_id})  # two at once would mix their hours
    connection.execute(_CLEAR_HOURS, {"id": merchant_id})
    values = {
        "id": merchant_id,
        "weekdays": [interval.weekday for interval in hours],
        "opens": [interval.opens for interval in hours],
        "closes": [interval.closes for interval in hours],
    }
    connection.execute(_ADD_HOURS, values)
    return _merchant(connection.execute(_ONE_MERCHANT, {"id": merchant_id}).one())


def _merchant(row: Row[Any]) -> Merchant:
    return Merchant(row.id, row.name, row.time_zone, row.active, [Interval(*interval) for interval in row.hours])
