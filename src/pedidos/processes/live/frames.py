"""Server-sent events as bytes. Source: HTML Living Standard, 9.2 (event stream interpretation)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import orjson

from pedidos.domain.cursor import Cursor
from pedidos.domain.order import TRANSITIONS, Status
from pedidos.messaging.codec import InvalidRecord
from pedidos.publishing import to_event
from pedidos.storage.event_log.events import LoggedEvent

SHARD = 0

_POSITION = re.compile(r"(\d{1,5})/(\d{1,18})", re.ASCII)
_TYPE = re.compile(r"[a-z_.]+", re.ASCII)

END_OF_TIME_MS = 253_402_300_800_000
"""The first moment of the year 10000, which a date with a four-digit year cannot express."""

FINAL = frozenset(status.value for status in Status if not TRANSITIONS[status])
"""States in which an order's stream ends."""


@dataclass(frozen=True)
class LiveEvent:
    """One event, for everyone who may see it. published_ms is Kafka's timestamp, in milliseconds since the epoch.
    final: the order has come to its end. told: what the event says. log: the id of the log in which it has its cursor,
    empty if the record does not say."""

    cursor: Cursor
    published_ms: int
    order_id: str
    customer_id: str
    merchant_id: str
    final: bool
    told: Mapping[str, Any]
    log: str = ""

    @cached_property
    def frame(self) -> bytes:
        """Made when the first stream needs it, and once for all streams."""
        data = orjson.dumps({**self.told, "published_at": _time(self.published_ms)})
        return _frame(self.cursor, self.told["type"], data)


def identifier(cursor: Cursor) -> bytes:
    """Moves the client's Last-Event-ID on without an event: a block without data is not dispatched."""
    return b"id: %d-%d\n\n" % cursor


def retry(milliseconds: int) -> bytes:
    """How long a client waits before it connects again."""
    return b"retry: %d\n\n" % milliseconds


HEARTBEAT = b": heartbeat\n"
"""Followed by an identifier, or by an empty line."""


def end(reason: str) -> bytes:
    """The stream has ended, and the same request would not help."""
    return b"event: end\ndata: " + orjson.dumps({"reason": reason}) + b"\n\n"


def reset(cursor: Cursor) -> bytes:
    """What happened until this cursor cannot be replayed: the client reads its orders again, and goes on from here."""
    reason = orjson.dumps({"reason": "too far behind: read the orders again"})
    return b"id: %d-%d\nevent: reset\ndata: %s\n\n" % (*cursor, reason)


def of_logged(logged: LoggedEvent) -> bytes:
    """The frame of an event from the event log."""
    return _frame(logged.cursor, logged.type, orjson.dumps(to_event(logged)))


def of_record(
    value: bytes | None, headers: Iterable[tuple[str, bytes | None]], timestamp_ms: int
) -> tuple[int, LiveEvent]:
    """The running number and the event in a Kafka record. Raises InvalidRecord."""
    named = dict(headers)
    cursor = Cursor.parse(_text(named, "cursor"))
    position = _POSITION.fullmatch(_text(named, "position"))
    if cursor is None or position is None or int(position[1]) != SHARD:
        raise InvalidRecord("It has no cursor, or no position in this shard.")
    if not 0 <= timestamp_ms < END_OF_TIME_MS:
        raise InvalidRecord("Its timestamp is no time.")
    event = _object(value)
    return int(position[2]), LiveEvent(
        cursor,
        timestamp_ms,
        event["order_id"],
        event["customer_id"],
        event["merchant_id"],
        event["status"] in FINAL,
        event,
        _text(named, "log"),
    )


def _object(value: bytes | None) -> dict[str, Any]:
    try:
        event = orjson.loads(value or b"")
    except orjson.JSONDecodeError as error:
        raise InvalidRecord(f"The value is not JSON: {error}.") from error
    named = ("order_id", "customer_id", "merchant_id", "status", "type")
    if not isinstance(event, dict) or not all(isinstance(event.get(name), str) for name in named):
        raise InvalidRecord(f"The value is not an object with {', '.join(named)}.")
    if not _TYPE.fullmatch(event["type"]):
        raise InvalidRecord("The type is not one of ours.")
    return event


def _text(headers: dict[str, bytes | None], name: str) -> str:
    return (headers.get(name) or b"").decode("ascii", "replace")


def _time(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(milliseconds=milliseconds % 1000)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _frame(cursor: Cursor, kind: str, data: bytes) -> bytes:
    return b"id: %d-%d\nevent: %s\ndata: %s\n\n" % (*cursor, kind.encode(), data)
