"""Dead letters: writing one, and finding and reading them."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.texts import printable
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql
from pedidos.telemetry.catalogue import unfinished as metrics

State = Literal["open", "replayed", "discarded"]
Deed = Literal["replay", "discard"]
Headers = Sequence[tuple[str, bytes | None]]

MAX_PAYLOAD_BYTES = 64 * 1024
MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class Summary:
    """A dead letter without its record. origin is the exact place: a step, topic/partition/offset, or an event's
    shard/number/cursor."""

    id: UUID
    source: str
    origin: str
    order_id: UUID | None
    reason: str
    status: State
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter(Summary):
    """A whole dead letter. key, payload and headers are those of a Kafka record; the payload may be cut."""

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
    """None: any. reason: text that the reason contains, in upper or lower case. cause: as `storage.dead_letters.causes`
    names it."""

    source: str | None = None
    status: State | None = "open"
    reason: str | None = None
    since: datetime | None = None
    cause: str | None = None


_WRITE = """
insert into dead_letters (source, origin, order_id, reason, payload, key, headers)
select %(source)s, %(origin)s, %(order_id)s::uuid, %(reason)s, %(payload)s, %(key)s, %(headers)s
where not exists (
    select from dead_letters
    where order_id = %(order_id)s::uuid and source = %(source)s and origin = %(origin)s and status = 'discarded'
)
on conflict do nothing
"""

CAUSE = Sql(r"""regexp_replace(
    left(reason, 300), '[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}|''[^'']*''|\d+', '…', 'g'
)""")
"""The cause of a letter: its reason without what differs from letter to letter: ids, quoted texts and numbers."""

MATCHING = Sql(
    """
(%(source)s::text is null or source = %(source)s)
  and (%(status)s::text is null or status = %(status)s)
  and (%(reason)s::text is null or strpos(lower(reason), lower(%(reason)s)) > 0)
  and (%(since)s::timestamptz is null or created_at >= %(since)s)
  and (%(cause)s::text is null or {cause} = %(cause)s)
""",
    cause=CAUSE,
)
"""The condition that a letter matches a filter, with the values of filter_values()."""

_FIND = Sql(
    """
select id, source, origin, order_id, reason, status, created_at from dead_letters
where {matching} and (%(before)s::uuid is null or id < %(before)s)
order by id desc -- ids grow with time
limit %(limit)s
""",
    matching=MATCHING,
)

_GET = """
select id, source, origin, order_id, reason, status, created_at, resolved_at, resolved_by, key, payload, headers
from dead_letters where id = %(id)s
"""

_ACTIONS = "select action, done, done_by, note, at from dead_letter_actions where letter_id = %(id)s order by id"


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
    """Writes a dead letter, unless the same one is open, or was discarded for the same order. A payload over 64 KiB is
    cut; larger keys and headers are left out."""
    encoded = json.dumps([[name, base64.b64encode(value or b"").decode()] for name, value in headers])
    if len(encoded) > MAX_PAYLOAD_BYTES or "\\u0000" in encoded:  # jsonb has no NUL
        encoded = "[]"
    values = {
        "source": source,
        "origin": origin,
        "order_id": order_id,
        "reason": printable(reason, MAX_REASON),
        "payload": payload[:MAX_PAYLOAD_BYTES],
        "key": key if key is None or len(key) <= MAX_PAYLOAD_BYTES else None,
        "headers": encoded,
    }
    written = in_statement(engine, lambda connection: connection.exec_driver_sql(_WRITE, values).rowcount)
    metrics.DEAD_LETTERS[source].inc(written)


def find(engine: Engine, wanted: Filter, limit: int, before: UUID | None = None) -> list[Summary]:
    """The newest dead letters that match, at most limit. before: the id of the last one of the page before."""
    values = filter_values(wanted) | {"limit": limit, "before": before}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIND.text, values).all())
    return [Summary(*row) for row in rows]


def filter_values(wanted: Filter) -> dict[str, Any]:
    """The values of MATCHING."""
    return {
        "source": wanted.source,
        "status": wanted.status,
        "reason": None if wanted.reason is None else printable(wanted.reason, MAX_REASON),
        "since": wanted.since,
        "cause": None if wanted.cause is None else printable(wanted.cause, MAX_REASON),
    }


def get(engine: Engine, letter_id: UUID) -> DeadLetter | None:
    """One dead letter, or None."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_GET, {"id": letter_id}).one_or_none())
    if row is None:
        return None
    values = row._asdict()
    values["headers"] = [(name, base64.b64decode(value)) for name, value in row.headers]
    return DeadLetter(**values)


def actions(engine: Engine, letter_id: UUID) -> list[Action]:
    """The audit trail of a dead letter, oldest action first."""
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_ACTIONS, {"id": letter_id}).all())
    return [Action(*row) for row in rows]
