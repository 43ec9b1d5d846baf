"""Orders that make no progress: finds them for another hint, and keeps what is known about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.order import Status
from pedidos.domain.texts import printable
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement

# A time in the future (of the next hint: more than ten minutes ahead) was written before the clock was set back. The
# order would otherwise be left alone until the clock gets there.
_STALLED = """
select o.id, o.status, o.version, coalesce(s.hints, 0) as hints, s.last_error
from orders o left join stalled_orders s on s.order_id = o.id and s.version = o.version
where o.in_flight and o.release_at is null and o.status = any(%(states)s)
  and (s.next_hint is not null -- a step has left it since
       or o.updated_at not between clock_timestamp() - %(seconds)s * interval '1 second' and clock_timestamp())
  and coalesce(s.next_hint not between clock_timestamp() and clock_timestamp() + interval '10 minutes', true)
order by s.next_hint nulls first, o.id -- so that many held orders do not hide the others
limit %(limit)s
for no key update of o skip locked -- a held order cannot move: no hint helps, and none is counted
"""

_NOTE = """
insert into stalled_orders (order_id, version, hints, next_hint)
select order_id, version, hints, clock_timestamp() + seconds * interval '1 second'
from unnest(%(ids)s::uuid[], %(versions)s::int[], %(hints)s::int[], %(seconds)s::float8[])
     as w (order_id, version, hints, seconds)
on conflict (order_id) do update
    set version = excluded.version, hints = excluded.hints, next_hint = excluded.next_hint,
        last_error = case when stalled_orders.version = excluded.version then stalled_orders.last_error end
"""

# It skips an order that another transaction holds: the foreign key would wait for that one.
_NOTE_HELD = """
insert into stalled_orders (order_id, version, hints, next_hint, last_error)
select id, version, 0, clock_timestamp() + %(seconds)s * interval '1 second', 'Another session held what it needs.'
from orders where id = any(%(ids)s::uuid[]) and in_flight
order by id
for key share skip locked
on conflict (order_id) do update
    set version = excluded.version, hints = 0, next_hint = excluded.next_hint, last_error = excluded.last_error
"""

_NOTE_ERROR = """
insert into stalled_orders (order_id, version, hints, next_hint, last_error)
select id, version, 0, clock_timestamp(), %(error)s from orders where id = %(id)s
on conflict (order_id) do update
    set version = excluded.version, last_error = excluded.last_error,
        hints = case when stalled_orders.version = excluded.version then stalled_orders.hints else 0 end,
        next_hint = case when stalled_orders.version = excluded.version then stalled_orders.next_hint
                         else excluded.next_hint end
"""

_FORGET = """
delete from stalled_orders s using orders o where o.id = s.order_id and o.version <> s.version
"""


MAX_ERROR = 500
"""Characters of an error that are kept."""


@dataclass(frozen=True, slots=True)
class Stalled:
    """hints: the number of hints that the watchdog has sent for the order in this state."""

    order_id: UUID
    status: Status
    version: int
    hints: int
    last_error: str | None


def find(engine: Engine, states: Iterable[Status], seconds: float, limit: int) -> list[Stalled]:
    """Orders in one of these states that have not moved for this long, or that a step has left since, and whose next
    hint is due. Orders without a hint come first. Orders that another transaction holds are left out."""
    values: dict[str, object] = {"states": list(states), "seconds": seconds, "limit": limit}
    return in_statement(engine, lambda connection: _find(connection, values))


def _find(connection: Connection, values: dict[str, object]) -> list[Stalled]:
    connection.exec_driver_sql(_FORGET)
    return [Stalled(row[0], Status(row[1]), *row[2:]) for row in connection.exec_driver_sql(_STALLED, values)]


def note_hints(engine: Engine, hinted: Sequence[tuple[Stalled, float]]) -> None:
    """Counts one more hint for each order; the next one is due after the seconds given with it."""
    values = {
        "ids": [order.order_id for order, _ in hinted],
        "versions": [order.version for order, _ in hinted],
        "hints": [order.hints + 1 for order, _ in hinted],
        "seconds": [seconds for _, seconds in hinted],
    }
    in_statement(engine, lambda connection: connection.exec_driver_sql(_NOTE, values))


def note_error(engine: Engine, order_id: UUID, error: str) -> None:
    """Keeps the error of a step on this order, for the dead letter that may follow."""
    in_statement(
        engine,
        lambda connection: connection.exec_driver_sql(
            _NOTE_ERROR, {"id": order_id, "error": printable(error, MAX_ERROR)}
        ),
    )


def note_held(engine: Engine, order_ids: Sequence[UUID], seconds: float) -> None:
    """Makes the watchdog find the orders again after `seconds`. The count of hints starts again: it is not the orders'
    fault that the hints had no effect."""
    values = {"ids": uuids(order_ids), "seconds": seconds}
    in_statement(engine, lambda connection: connection.exec_driver_sql(_NOTE_HELD, values))
