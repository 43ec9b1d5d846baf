"""Dead letters: what could not be done, why, and who did what about it."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.texts import printable
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once

State = Literal["open", "replayed", "discarded"]
Deed = Literal["replay", "discard"]
Headers = Sequence[tuple[str, bytes | None]]

MAX_PAYLOAD_BYTES = 64 * 1024
MAX_REASON = 1000
MAX_NOTE = 2000
MAX_BY = 120


@dataclass(frozen=True, slots=True)
class Summary:
    """origin says where exactly: a step, topic/partition/offset, or shard/number/cursor of an event."""

    id: UUID
    source: str
    origin: str
    order_id: UUID | None
    reason: str
    status: State
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter(Summary):
    """A letter, whole. key, payload and headers are those of a Kafka record; the payload may be cut."""

    resolved_at: datetime | None
    resolved_by: str | None
    key: bytes | None
    payload: bytes
    headers: list[tuple[str, bytes]]

    @property
    def cut(self) -> bool:
        return len(self.payload) >= MAX_PAYLOAD_BYTES


@dataclass(frozen=True, slots=True)
class Action:
    """One line of the audit trail. done: False if the attempt failed."""

    action: Deed
    done: bool
    done_by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Filter:
    """None: any. reason: what the reason contains, in small letters or capitals."""

    source: str | None = None
    status: State | None = "open"
    reason: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """Where a letter's order is, and its payment, if it has one."""

    status: str
    payment: str | None


_WRITE = """
insert into dead_letters (source, origin, order_id, reason, payload, key, headers)
select %(source)s, %(origin)s, %(order_id)s::uuid, %(reason)s, %(payload)s, %(key)s, %(headers)s
where not exists (
    select from dead_letters
    where order_id = %(order_id)s::uuid and source = %(source)s and origin = %(origin)s and status = 'discarded'
)
on conflict do nothing
"""

_FIND = """
select id, source, origin, order_id, reason, status, created_at from dead_letters
where (%(source)s::text is null or source = %(source)s)
  and (%(status)s::text is null or status = %(status)s)
  and (%(reason)s::text is null or strpos(lower(reason), lower(%(reason)s)) > 0)
  and (%(since)s::timestamptz is null or created_at >= %(since)s)
order by id desc -- ids grow with time
limit %(limit)s
"""

_GET = """
select id, source, origin, order_id, reason, status, created_at, resolved_at, resolved_by, key, payload, headers
from dead_letters where id = %(id)s
"""

_ACTIONS = "select action, done, done_by, note, at from dead_letter_actions where letter_id = %(id)s order by id"

_OWED = """
select o.status, p.status as payment from orders o left join payments p on p.order_id = o.id where o.id = %(id)s
"""

_NOTE = """
insert into dead_letter_actions (letter_id, action, done, done_by, note)
values (%(id)s, %(action)s, %(done)s, %(by)s, %(note)s)
"""

# The second of two sessions finds that the letter is no longer open.
_RESOLVE = """
update dead_letters set status = %(status)s, resolved_at = clock_timestamp(), resolved_by = %(by)s
where id = %(id)s and status = 'open'
"""

_FORGET_HINTS = "delete from stalled_orders where order_id = %(id)s"

# Not before the lease ends under which a worker may be asking at this moment.
_ASK_AGAIN = """
update payments set attempts = 0, next_attempt = greatest(lease_until, clock_timestamp())
where order_id = %(id)s and status in ('pending', 'undoing')
"""


def write(
    engine: Engine,
    source: str,
    origin: str,
    reason: str,
    order_id: UUID | None = None,
    payload: bytes = b"",
    key: bytes | None = None,
    headers: Headers = (),
) -> None:
    """Keeps a letter, unless the same one is open, or was discarded for the same order. A payload over 64 KiB is cut;
    larger keys and headers are left out."""
    known = [[name, base64.b64encode(value or b"").decode()] for name, value in headers]
    told = json.dumps(known)
    values = {
        "source": source,
        "origin": origin,
        "order_id": order_id,
        "reason": printable(reason, MAX_REASON),
        "payload": payload[:MAX_PAYLOAD_BYTES],
        "key": key if key is None or len(key) <= MAX_PAYLOAD_BYTES else None,
        "headers": told if len(told) <= MAX_PAYLOAD_BYTES and "\\u0000" not in told else "[]",  # jsonb has no NUL
    }
    in_statement(engine, lambda connection: connection.exec_driver_sql(_WRITE, values))


def find(engine: Engine, wanted: Filter, limit: int) -> list[Summary]:
    """The newest letters that fit, at most limit."""
    values = {
        "source": wanted.source,
        "status": wanted.status,
        "reason": None if wanted.reason is None else printable(wanted.reason, MAX_REASON),
        "since": wanted.since,
        "limit": limit,
    }
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIND, values).all())
    return [Summary(*row) for row in rows]


def get(engine: Engine, letter_id: UUID) -> DeadLetter | None:
    """One letter, or None."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_GET, {"id": letter_id}).one_or_none())
    if row is None:
        return None
    values = row._asdict()
    values["headers"] = [(name, base64.b64decode(value)) for name, value in row.headers]
    return DeadLetter(**values)


def actions(engine: Engine, letter_id: UUID) -> list[Action]:
    """The letter's audit trail, first to last."""
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_ACTIONS, {"id": letter_id}).all())
    return [Action(*row) for row in rows]


def owed(engine: Engine, order_id: UUID) -> Owed | None:
    """Where the order is; None if there is no such order."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_OWED, {"id": order_id}).one_or_none())
    return None if row is None else Owed(*row)


def tried(engine: Engine, letter_id: UUID, action: Deed, by: str, note: str) -> None:
    """Records a failed attempt; the letter stays as it is."""
    values = _noted(letter_id, action, by, note, done=False)
    once(engine, lambda connection: connection.exec_driver_sql(_NOTE, values))


def resolve(engine: Engine, letter_id: UUID, action: Deed, by: str, note: str) -> bool:
    """Closes an open letter and writes down who did it; False if it is not open any more."""
    return once(engine, lambda connection: _resolve(connection, letter_id, action, by, note))


def resolve_and_begin_again(engine: Engine, letter_id: UUID, order_id: UUID, by: str, note: str) -> bool:
    """The same for the replay of an order's letter: in the same transaction, all that was tried for it is forgotten, so
    that the watchdog looks after it again."""

    def work(connection: Connection) -> bool:
        if not _resolve(connection, letter_id, "replay", by, note):
            return False
        connection.exec_driver_sql(_FORGET_HINTS, {"id": order_id})
        connection.exec_driver_sql(_ASK_AGAIN, {"id": order_id})
        return True

    return once(engine, work)


def _resolve(connection: Connection, letter_id: UUID, action: Deed, by: str, note: str) -> bool:
    status = {"replay": "replayed", "discard": "discarded"}[action]
    done = (
        connection.exec_driver_sql(_RESOLVE, {"id": letter_id, "status": status, "by": printable(by, MAX_BY)}).rowcount
        == 1
    )
    if done:
        connection.exec_driver_sql(_NOTE, _noted(letter_id, action, by, note, done=True))
    return done


def _noted(letter_id: UUID, action: Deed, by: str, note: str, *, done: bool) -> dict[str, Any]:
    return {
        "id": letter_id,
        "action": action,
        "done": done,
        "by": printable(by, MAX_BY),
        "note": printable(note, MAX_NOTE),
    }
