"""Which relay publishes a shard of the log, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from pedidos.domain.cursor import Cursor
from pedidos.storage.engine import in_statement
from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.sql import Sql


@dataclass(frozen=True, slots=True)
class Position:
    """How far the log is published: the last event's cursor, and its running number."""

    cursor: Cursor
    published: int

    def after(self, events: Sequence[LoggedEvent]) -> "Position":
        """The position behind the last of these events, which follow this one."""
        return Position(events[-1].cursor, self.published + len(events))


@dataclass(frozen=True, slots=True)
class Leadership:
    """The right to publish one shard; it is void as soon as another relay has a higher epoch."""

    shard: int
    leader: str
    epoch: int
    position: Position


class Published(NamedTuple):
    """The running number of the last event that is published, and whether the log has none after it."""

    number: int
    all_of_it: bool


# A lease that ends later than any relay can set it was taken before the clock was set back. It is over too.
_LEAD = """
update relay_positions
set leader = %(leader)s, epoch = epoch + 1, lease_until = clock_timestamp() + %(lease)s * interval '1 second'
where shard = %(shard)s and (
    leader = %(leader)s
    or lease_until not between clock_timestamp() and clock_timestamp() + 2 * %(lease)s * interval '1 second'
)
returning epoch, txid, seq, published
"""

_SET = Sql("""
update relay_positions
set txid = %(txid)s::xid8, seq = %(seq)s, published = %(published)s,
    lease_until = clock_timestamp() + %(lease)s * interval '1 second'
where shard = %(shard)s and epoch = %(epoch)s and leader = %(leader)s
""")

# This commit alone does not wait for the disk. If a crash of the server loses the position, the same events are only
# published again, with the same numbers.
_SAVE = Sql("{set}returning set_config('synchronous_commit', 'off', true)", set=_SET)

_MOVE = Sql("{set}returning epoch", set=_SET)

_RESIGN = """
update relay_positions set lease_until = '-infinity'
where shard = %(shard)s and epoch = %(epoch)s and leader = %(leader)s
"""

_REFUSE = """
update relay_positions set refusal = %(reason)s where shard = %(shard)s and refusal is distinct from %(reason)s
"""

# Reads one entry from the end of the index. To ask "is there no event after it" would read the whole log for a yes.
_PUBLISHED = """
select p.published as number, coalesce((
    select (e.txid, e.seq) <= (p.txid, p.seq) from order_events as e order by e.txid desc, e.seq desc limit 1
), true) as all_of_it
from relay_positions as p where p.shard = %(shard)s
"""


def lead(connection: Connection, shard: int, leader: str, lease_seconds: float) -> Leadership | None:
    """Takes the lead if it is free; otherwise None. It is free at once for a relay of the same name, after a crash."""
    values = {"shard": shard, "leader": leader, "lease": lease_seconds}
    row = connection.exec_driver_sql(_LEAD, values).one_or_none()
    if row is None:
        return None
    return Leadership(shard, leader, row.epoch, Position(Cursor(row.txid, row.seq), row.published))


def save(connection: Connection, leadership: Leadership, position: Position, lease_seconds: float) -> bool:
    """Moves the position forward and renews the lease; False if another relay leads."""
    values = _values(leadership, position, lease_seconds)
    return connection.exec_driver_sql(_SAVE.text, values).one_or_none() is not None


def move(connection: Connection, leadership: Leadership, position: Position, lease_seconds: float) -> bool:
    """The same in either direction: durable, because a position that has been moved back must not come back."""
    values = _values(leadership, position, lease_seconds)
    return connection.exec_driver_sql(_MOVE.text, values).one_or_none() is not None


def resign(connection: Connection, leadership: Leadership) -> None:
    """Lets another relay lead at once."""
    values = {"shard": leadership.shard, "epoch": leadership.epoch, "leader": leadership.leader}
    connection.exec_driver_sql(_RESIGN, values)


def refuse(connection: Connection, shard: int, reason: str | None) -> None:
    """Records why the shard's relay does not publish; None if it does."""
    connection.exec_driver_sql(_REFUSE, {"shard": shard, "reason": reason})


def published(engine: Engine, shard: int) -> Published:
    """How far the shard is published, by the position that its relay saved last."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_PUBLISHED, {"shard": shard}).one())
    return Published(row.number, row.all_of_it)


def _values(leadership: Leadership, position: Position, lease_seconds: float) -> dict[str, str | int | float]:
    return {
        "shard": leadership.shard,
        "epoch": leadership.epoch,
        "leader": leadership.leader,
        "published": position.published,
        "lease": lease_seconds,
        **cursor_values(position.cursor),
    }
