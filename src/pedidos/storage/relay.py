"""The relay's side of the event log: who leads, how far it is published, and what comes next."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import Connection

from pedidos.storage.finality import BOUND
from pedidos.storage.orders.placing import NOTIFY_CHANNEL


@dataclass(frozen=True, slots=True)
class Position:
    """How far the log is published: the last event's place (txid, seq) and its running number."""

    txid: str
    seq: int
    published: int


@dataclass(frozen=True, slots=True)
class Leadership:
    """The right to publish one shard; it is void as soon as another relay has a higher epoch."""

    shard: int
    leader: str
    epoch: int
    position: Position


class LoggedEvent(NamedTuple):
    txid: str
    seq: int
    order_id: UUID
    version: int
    type: str
    status: str
    customer_id: UUID
    merchant_id: UUID
    detail: dict[str, Any]
    traceparent: str | None
    occurred_at: datetime


# A lease that lies further ahead than anyone can have taken it was taken before the clock was set back: it is over too.
_LEAD = """
update relay_positions
set leader = %(leader)s, epoch = epoch + 1, lease_until = clock_timestamp() + %(lease)s * interval '1 second'
where shard = %(shard)s and (
    leader = %(leader)s
    or lease_until not between clock_timestamp() and clock_timestamp() + 2 * %(lease)s * interval '1 second'
)
returning epoch, txid::text as txid, seq, published
"""

# Events of transactions that still run may come to lie among those that are visible already. Below the bound no event
# can appear any more. So what is read here is final, and no late commit is skipped.
_READ = f"""
select e.txid::text, e.seq, e.order_id, e.version, e.type, e.status, e.customer_id, e.merchant_id, e.detail,
       e.traceparent, e.occurred_at
from order_events e
where (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s) and e.txid < {BOUND}
order by e.txid, e.seq -- qualified: a bare txid would be the text, which sorts 999 behind 1000
limit %(limit)s
"""  # noqa: S608  # the bound is ours

# A position that is lost with the server's last milliseconds only means that the same events, with the same numbers, go
# out again: so this commit alone does not wait for the disk.
_SAVE = """
update relay_positions
set txid = %(txid)s::xid8, seq = %(seq)s, published = %(published)s,
    lease_until = clock_timestamp() + %(lease)s * interval '1 second'
where shard = %(shard)s and epoch = %(epoch)s and leader = %(leader)s
returning set_config('synchronous_commit', 'off', true)
"""

_RESIGN = """
update relay_positions set lease_until = '-infinity'
where shard = %(shard)s and epoch = %(epoch)s and leader = %(leader)s
"""


def lead(connection: Connection, shard: int, leader: str, lease_seconds: float) -> Leadership | None:
    """Takes the lead if it is free; otherwise None. A relay of the same name that was killed is succeeded at once."""
    values = {"shard": shard, "leader": leader, "lease": lease_seconds}
    row = connection.exec_driver_sql(_LEAD, values).one_or_none()
    if row is None:
        return None
    return Leadership(shard, leader, row.epoch, Position(row.txid, row.seq, row.published))


def read(connection: Connection, position: Position, limit: int) -> list[LoggedEvent]:
    """The next events after the position, at most limit, in the order of the log."""
    values = {"txid": position.txid, "seq": position.seq, "limit": limit}
    return [LoggedEvent._make(row) for row in connection.exec_driver_sql(_READ, values).all()]


def save(connection: Connection, leadership: Leadership, position: Position, lease_seconds: float) -> bool:
    """Moves the position and renews the lease; False if another relay leads."""
    values = {
        "shard": leadership.shard,
        "epoch": leadership.epoch,
        "leader": leadership.leader,
        "txid": position.txid,
        "seq": position.seq,
        "published": position.published,
        "lease": lease_seconds,
    }
    return connection.exec_driver_sql(_SAVE, values).one_or_none() is not None


@contextmanager
def listening(connection: Connection) -> Iterator[None]:
    """Inside, wait_for_order() hears the bell."""
    connection.exec_driver_sql(f"listen {NOTIFY_CHANNEL}")
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.exec_driver_sql(f"unlisten {NOTIFY_CHANNEL}")


def wait_for_order(connection: Connection, seconds: float) -> bool:
    """Waits until the bell rings, at most so long. True if it has rung since the last call."""
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    try:
        return bool(list(driver.notifies(timeout=seconds, stop_after=1)))
    except psycopg.OperationalError:
        return True  # the connection is gone: the next statement on it will say so, and should not wait


def resign(connection: Connection, leadership: Leadership) -> None:
    """Lets another relay lead at once."""
    values = {"shard": leadership.shard, "epoch": leadership.epoch, "leader": leadership.leader}
    connection.exec_driver_sql(_RESIGN, values)
