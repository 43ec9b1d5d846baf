"""Server-sent events as bytes. Source: HTML Living Standard, 9.2 (event stream interpretation)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from kafka.consumer.fetcher import ConsumerRecord

from pedidos.domain import reasons
from pedidos.domain.access import Role
from pedidos.domain.authors import detail_for
from pedidos.domain.cursor import START, Cursor
from pedidos.domain.order import TRANSITIONS, Status
from pedidos.domain.seen import NOTHING, Seen
from pedidos.http.languages import translate_to
from pedidos.messaging.codec import InvalidRecord, PublishedEvent, decode
from pedidos.publishing.records import to_event
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.telemetry import attributes, traces
from pedidos.texts import ENGLISH

END_OF_TIME_MS = 253_402_300_800_000
"""The first moment of the year 10000, which a date with a four-digit year cannot express."""

FINAL = frozenset(status.value for status in Status if not TRANSITIONS[status])
"""States in which an order's stream ends."""


@dataclass(frozen=True)
class LiveEvent:
    """One event, for all streams that show it. published_ms: Kafka's timestamp, in milliseconds since the epoch.

    fronts: with several shards, the newest event of each part that was handed out, this one included.
    """

    event: PublishedEvent
    published_ms: int
    fronts: tuple[Cursor, ...] = ()
    _frames: dict[tuple[Role, str], bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def number(self) -> int:
        """Its running number in the log."""
        return self.event.attributes.number

    @property
    def log(self) -> str:
        """The id of the log that the number and the cursor belong to; empty if the record has none."""
        return self.event.attributes.log

    @property
    def cursor(self) -> Cursor:
        return self.event.attributes.cursor

    @property
    def final(self) -> bool:
        """Whether the order is in a final state."""
        return self.event.status in FINAL

    def frame(self, viewer: Role, locale: str = ENGLISH, base: Cursor = START) -> bytes:
        """base: up to where the stream has sent the log before. Built when the first stream of the role in this
        language needs it, once for all of them; with several shards, all but the id is."""
        frame = self._frames.get((viewer, locale)) or self._built(viewer, locale)
        return _identified(Seen.of(self.fronts, base), frame) if self.fronts else frame

    def _built(self, viewer: Role, locale: str) -> bytes:
        if not self._frames and traces.sampled(self.event.order_id):
            about: traces.Attributes = {attributes.EVENT: self.event.type, attributes.VERSION: self.event.version}
            traces.record(self.event.order_id, "stream", self.published_ms * 1_000_000, about)
        data = orjson.dumps(_shown(viewer, locale, self.event.body) | {"published_at": _time(self.published_ms)})
        frame = _event(self.event.type, data)
        if not self.fronts:
            frame = _identified(Seen(self.cursor), frame)
        self._frames[viewer, locale] = frame
        return frame


def identifier(seen: Seen) -> bytes:
    """Sets the client's Last-Event-ID without an event: a block without data is not dispatched."""
    return _identified(seen, b"\n")


def retry(milliseconds: int) -> bytes:
    """How long a client waits before it connects again."""
    return b"retry: %d\n\n" % milliseconds


HEARTBEAT = b": heartbeat\n"
"""Followed by an identifier, or by an empty line."""


def end(reason: str) -> bytes:
    """Says that the stream has ended, and that the same request would not help."""
    return b"event: end\ndata: " + orjson.dumps({"reason": reason}) + b"\n\n"


def reset(cursor: Cursor) -> bytes:
    """Says that events up to this cursor cannot be replayed. The client reads its orders again, then continues here."""
    reason = orjson.dumps({"reason": "too far behind: read the orders again"})
    return b"id: %d-%d\nevent: reset\ndata: %s\n\n" % (*cursor, reason)


def of_logged(viewer: Role, logged: LoggedEvent, locale: str = ENGLISH, seen: Seen = NOTHING) -> bytes:
    """The frame of an event from the event log. seen: what the client has seen when the replay began."""
    data = orjson.dumps(_shown(viewer, locale, to_event(logged)))
    return _identified(seen.raised(logged.cursor), _event(logged.type, data))


def of_record(record: ConsumerRecord) -> LiveEvent:
    """The event in a record of the events topic. Raises InvalidRecord."""
    event = decode(record)
    if not 0 <= record.timestamp < END_OF_TIME_MS:
        raise InvalidRecord("Its timestamp is out of range.")
    return LiveEvent(event, record.timestamp)


def _shown(viewer: Role, locale: str, event: Mapping[str, Any]) -> dict[str, Any]:
    return {**event, "detail": reasons.said(detail_for(viewer, event["detail"]), translate_to(locale))}


def _time(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(milliseconds=milliseconds % 1000)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _event(kind: str, data: bytes) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), data)


def _identified(seen: Seen, rest: bytes) -> bytes:
    return b"id: %s\n%s" % (str(seen).encode(), rest)
