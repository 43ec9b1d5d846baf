"""Which relay publishes a shard of the log, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, Engine

from pedidos.domain.cursor import Cursor
from pedidos.domain.sharding import Shard
from pedidos.storage.engine import in_statement
from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.finality import BOUND
from pedidos.storage.event_log.shards import IN_PART_OF_ROW, values_of
from pedidos.storage.sql import Sql
from pedidos.storage.xid8 import xid8


@dataclass(frozen=True, slots=True)
class Position:
    """How far the log is published: the last event's cursor, and its running number. With several shards, the cursor
    may lie behind that event: up to there, the other events are of other shards."""

    cursor: Cursor
    published: int

    def after(self, events: Sequence[LoggedEvent]) -> "Position":
        """The position behind the last of these events, which follow this one."""
        return Position(events[-1].cursor, self.published + len(events))

    def is_end_of(self, shard: Shard) -> bool:
        """Whether the shard has ended, and all of it is published."""
        return self.cursor.txid == shard.ends


@dataclass(frozen=True, slots=True)
class Leadership:
    """The right to publish one shard; it is void as soon as another relay has a higher epoch."""

    shard: int
    leader: str
    epoch: int
    position: Position


class Confirmed(NamedTuple):
    """A position up to which Kafka has lost nothing as long as its partitions have these leader epochs, by
    "topic/partition"."""

    position: Position
    epochs: Mapping[str, int]


class Place(NamedTuple):
    """Where the records of a shard lie on Kafka: before these offsets, per "topic/partition". epochs: the leader epochs
    in which all of them are there."""

    until: Mapping[str, int]
    epochs: Mapping[str, int]


class Published(NamedTuple):
    """The running number of the last event that is published, and whether the log has none after it."""

    number: int
    all_of_it: bool


IS_ITS_TURN = Sql(
    "not exists (select from relay_positions as o where o.ends <= p.begins and (o.txid, o.seq) < (o.ends, 0))"
)
"""All shards before the one in row p are published to their ends, so no event of an order is sent before its earlier
ones."""

# A lease that ends later than any relay can set it was taken before the clock was set back. It is over too.
_LEAD = Sql(
    """
update relay_positions as p
set leader = %(leader)s, epoch = epoch + 1, lease_until = clock_timestamp() + %(lease)s * interval '1 second'
where shard = %(shard)s and (
    leader = %(leader)s
    or lease_until not between clock_timestamp() and clock_timestamp() + 2 * %(lease)s * interval '1 second'
) and {is_its_turn}
returning epoch, txid, seq, published
""",
    is_its_turn=IS_ITS_TURN,
)

# This commit alone does not wait for the disk. If a crash of the server loses the position, the same events are only
# published again, with the same numbers.
_SAVE = """
update relay_positions
set txid = %(txid)s::xid8, seq = %(seq)s, published = %(published)s,
    lease_until = clock_timestamp() + %(lease)s * interval '1 second'
where shard = %(shard)s and epoch = %(epoch)s and leader = %(leader)s
returning set_config('synchronous_commit', 'off', true)
"""

# What Kafka lacks is published again behind the position, and nothing of that is confirmed before the next look.
_MOVE = """
update relay_positions
set txid = %(txid)s::xid8, seq = %(seq)s, published = %(published)s,
    lease_until = clock_timestamp() + %(lease)s * interval '1 second',
    confirmed = case when (confirmed ->> 'published')::bigint <= %(published)s then confirmed
        when confirmed is not null then jsonb_build_object(
            'txid', %(txid)s::text, 'seq', %(seq)s::bigint, 'published', %(published)s::bigint, 'epochs', '{}'::jsonb
        )
    end
where shard = %(shard)s and epoch = %(epoch)s and leader = %(leader)s
returning epoch
"""

ALL_IS_FINAL = Sql(f"p.ends <= {BOUND.text}")
"""No transaction can write an event of a shard that has ended any more."""

_ALL_IS_FINAL = Sql("select {all_is_final} from relay_positions p where shard = %(shard)s", all_is_final=ALL_IS_FINAL)

# Durable, unlike _SAVE: the shards that follow begin to publish when they see it. The events are looked for in the
# order of the index, because `exists` would let PostgreSQL read the whole log.
_CLOSE = Sql(
    """
update relay_positions as p
set txid = ends, seq = 0, until_offsets = %(until)s::jsonb, confirmed = jsonb_build_object(
        'txid', ends::text, 'seq', 0, 'published', published, 'epochs', %(epochs)s::jsonb
    ),
    lease_until = clock_timestamp() + %(lease)s * interval '1 second'
where shard = %(shard)s and epoch = %(epoch)s and leader = %(leader)s and {all_is_final} and (
    select e.seq from order_events e
    where (e.txid, e.seq) > (p.txid, p.seq) and e.txid < p.ends and {in_part}
    order by e.txid, e.seq limit 1
) is null
returning txid
""",
    all_is_final=ALL_IS_FINAL,
    in_part=IN_PART_OF_ROW,
)

# Not durable: an older one only says less.
_CONFIRM = """
update relay_positions set confirmed = %(confirmed)s::jsonb
where shard = %(shard)s and epoch = %(epoch)s and leader = %(leader)s
returning set_config('synchronous_commit', 'off', true)
"""

_CONFIRMED = "select confirmed from relay_positions where shard = %(shard)s"

_POSITION = "select txid, seq, published from relay_positions where shard = %(shard)s"

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
    row = connection.exec_driver_sql(_LEAD.text, values).one_or_none()
    if row is None:
        return None
    return Leadership(shard, leader, row.epoch, Position(Cursor(row.txid, row.seq), row.published))


def save(connection: Connection, leadership: Leadership, position: Position, lease_seconds: float) -> bool:
    """Moves the position forward and renews the lease; False if another relay leads."""
    values = _values(leadership, position, lease_seconds)
    return connection.exec_driver_sql(_SAVE, values).one_or_none() is not None


def move(connection: Connection, leadership: Leadership, position: Position, lease_seconds: float) -> bool:
    """The same in either direction: durable, because a position that has been moved back must not come back."""
    values = _values(leadership, position, lease_seconds)
    return connection.exec_driver_sql(_MOVE, values).one_or_none() is not None


def all_is_final(connection: Connection, shard: int) -> bool:
    """Whether no event of a shard that has ended can appear any more."""
    found: bool = connection.exec_driver_sql(_ALL_IS_FINAL.text, {"shard": shard}).scalar_one()
    return found


def close(
    connection: Connection, leadership: Leadership, shard: Shard, place: Place, lease_seconds: float
) -> Position | None:
    """Moves the position to the end of a shard that has ended, if all of its events are final and published. Then the
    shards after it begin. Returns the position, or None: it is too early, or another relay leads. The position must be
    saved."""
    values = {
        **values_of(shard),
        "epoch": leadership.epoch,
        "leader": leadership.leader,
        "until": orjson.dumps(place.until).decode(),
        "epochs": orjson.dumps(place.epochs).decode(),
        "lease": lease_seconds,
    }
    if connection.exec_driver_sql(_CLOSE.text, values).one_or_none() is None:
        return None
    return current(connection, shard.id)


def confirm(connection: Connection, leadership: Leadership, position: Position, epochs: Mapping[str, int]) -> None:
    """Records that Kafka has lost nothing up to this position, unless its partitions have other leader epochs."""
    confirmed = {
        "epochs": dict(epochs),
        "txid": xid8(position.cursor.txid),
        "seq": position.cursor.seq,
        "published": position.published,
    }
    values = {"shard": leadership.shard, "epoch": leadership.epoch, "leader": leadership.leader}
    connection.exec_driver_sql(_CONFIRM, values | {"confirmed": orjson.dumps(confirmed).decode()})


def confirmed(connection: Connection, shard: int) -> Confirmed | None:
    """What was recorded last; None if the shard never had company."""
    found = connection.exec_driver_sql(_CONFIRMED, {"shard": shard}).scalar_one()
    if found is None:
        return None
    return Confirmed(Position(Cursor(int(found["txid"]), found["seq"]), found["published"]), found["epochs"])


def current(connection: Connection, shard: int) -> Position:
    """The position that was saved last."""
    row = connection.exec_driver_sql(_POSITION, {"shard": shard}).one()
    return Position(Cursor(row.txid, row.seq), row.published)


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
