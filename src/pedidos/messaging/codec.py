"""An event as a record on Kafka, and back: CloudEvents 1.0 in binary mode, so the value is the event alone.

Source: CloudEvents, Kafka Protocol Binding 1.0.2.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson
from typing_extensions import TypedDict

from pedidos.domain.cursor import Cursor
from pedidos.errors import PedidosError

TYPE_PREFIX = "br.pedidos."
SOURCE = "/pedidos/orders"
REMEMBERED_IDS = 8192

Headers = list[tuple[str, bytes]]


class OrderEvent(TypedDict):
    """What happened to an order. version counts an order's events from 1 without a gap."""

    order_id: UUID
    version: int
    type: str
    status: str
    customer_id: UUID
    merchant_id: UUID
    occurred_at: datetime
    detail: dict[str, Any]


_FIXED: Headers = [
    ("content-type", b"application/json"),
    ("ce_specversion", b"1.0"),
    ("ce_source", SOURCE.encode()),
]


def encode(
    event: OrderEvent, *, shard: int, number: int, cursor: Cursor, traceparent: str | None = None, log: str = ""
) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of the event's record.

    number: the event's running number in the shard. cursor: its place in the log. Both stay the same when the event is
    published again. log: the id of the log that they belong to. The attributes subject, time and dataschema are left
    out: the key, the value and the topic's contract say the same, and each header costs its writer and its reader about
    a microsecond.
    """
    order_id = str(event["order_id"])
    headers = [
        *_FIXED,
        ("ce_id", f"{order_id}/{event['version']}".encode()),
        _type_header(event["type"]),
        ("position", b"%d/%d" % (shard, number)),
        ("cursor", b"%d-%d" % cursor),
    ]
    if log:
        headers.append(("log", log.encode()))
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
    return order_id.encode(), orjson.dumps(event), headers


@lru_cache(maxsize=64)
def _type_header(kind: str) -> tuple[str, bytes]:
    return ("ce_type", f"{TYPE_PREFIX}{kind}".encode())


class InvalidRecord(PedidosError):
    """A record that is not an event of this platform. The message says why; it is short and printable for every
    record."""


class EncodedRecord(Protocol):
    """A record as it comes from Kafka, or as a dead letter keeps it."""

    @property
    def key(self) -> bytes | None: ...

    @property
    def value(self) -> bytes | None: ...

    @property
    def headers(self) -> Iterable[tuple[str, bytes | None]]: ...


class Attributes(NamedTuple):
    """The content of the headers: which event it is, and its place in the event log. log: empty if they have none."""

    shard: int
    number: int
    cursor: Cursor
    log: str
    order_id: UUID
    version: int


class PublishedEvent(NamedTuple):
    """An event as it was published. body: all members of its JSON, including those that this version does not
    know."""

    attributes: Attributes
    type: str
    status: str
    customer_id: UUID
    merchant_id: UUID
    body: dict[str, Any]

    @property
    def order_id(self) -> UUID:
        return self.attributes.order_id

    @property
    def version(self) -> int:
        return self.attributes.version


_PLACED = f"{TYPE_PREFIX}order.placed"
_POSITION = re.compile(rb"(\d{1,5})/(\d{1,18})")
_ID = re.compile(rb"([0-9a-f-]{36})/(\d{1,10})")
_LOG = re.compile(rb"[0-9a-f]{16}")
_TYPE = re.compile(r"[a-z_.]{1,80}", re.ASCII)  # it becomes a line of a server-sent event: no line breaks


def decode(record: EncodedRecord) -> PublishedEvent:
    """The event in a record of the events topic. Raises InvalidRecord."""
    attributes = decode_attributes(record)
    body = _body(record)
    if body.get("order_id") != (record.key or b"").decode() or body.get("version") != attributes.version:
        raise InvalidRecord("The value is another event than the headers name.")
    kind, status = body.get("type"), body.get("status")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        raise InvalidRecord("The type is not one of ours.")
    if not isinstance(status, str):
        raise InvalidRecord("The value has no status.")
    if not isinstance(body.get("detail"), dict):
        raise InvalidRecord("The value has no detail.")
    return PublishedEvent(attributes, kind, status, _id(body, "customer_id"), _id(body, "merchant_id"), body)


def decode_attributes(record: EncodedRecord) -> Attributes:
    """The event that a record of the events topic holds, from its headers alone. Raises InvalidRecord."""
    headers = dict(record.headers)
    position = _POSITION.fullmatch(headers.get("position") or b"")
    cursor = Cursor.parse((headers.get("cursor") or b"").decode("ascii", "replace"))
    event = _ID.fullmatch(headers.get("ce_id") or b"")
    log = headers.get("log") or b""
    if position is None or cursor is None or event is None or (log and not _LOG.fullmatch(log)):
        raise InvalidRecord("The headers do not say which event it is.")
    if record.key != event[1]:
        raise InvalidRecord("The key is not the order's id.")
    try:
        order_id = _uuid(event[1].decode())
    except ValueError as error:
        raise InvalidRecord("The order's id is not a UUID.") from error
    return Attributes(int(position[1]), int(position[2]), cursor, log.decode(), order_id, int(event[2]))


def decode_placed(record: EncodedRecord) -> UUID:
    """The id of the order that a record of the placed topic announces. Raises InvalidRecord."""
    kind = (dict(record.headers).get("ce_type") or b"").decode("utf-8", "replace")
    if kind != _PLACED:
        raise InvalidRecord(f"The type is {repr(kind[:80]) if kind else 'missing'}, not {_PLACED}.")
    order_id = _id(_body(record), "order_id")
    if record.key != str(order_id).encode():
        raise InvalidRecord("The key is not the order's id.")
    return order_id


def _body(record: EncodedRecord) -> dict[str, Any]:
    try:
        body = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError as error:
        raise InvalidRecord(f"The value is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise InvalidRecord("The value is not a JSON object.")
    return body


@lru_cache(maxsize=REMEMBERED_IDS)
def _uuid(text: str) -> UUID:
    """Parsing takes a microsecond, for three ids in each record. The events of an order follow shortly after each
    other, so most ids are remembered."""
    return UUID(text)


def _id(body: dict[str, Any], name: str) -> UUID:
    try:
        return _uuid(body[name])
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise InvalidRecord(f"The value has no {name} that is a UUID.") from error
