"""The envelope of an event on Kafka: CloudEvents 1.0 in binary mode, so the value is the event alone.

Source: CloudEvents, Kafka Protocol Binding 1.0.2.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from typing_extensions import TypedDict

from pedidos.errors import PedidosError

TYPE_PREFIX = "br.pedidos."
SOURCE = "/pedidos/orders"

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
    event: OrderEvent, position: str, cursor: str, traceparent: str | None, log: str = ""
) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of the event's record.

    position is "<shard>/<running number>" and cursor "<txid>-<seq>", its place in the event log: both stay the same
    when the event is published a second time. log is the id of the log that these two belong to. The attributes
    subject, time and dataschema are left out: the key, the value and the topic's contract say the same, and each header
    costs its writer and its reader about a microsecond.
    """
    order_id = str(event["order_id"])
    headers = [
        *_FIXED,
        ("ce_id", f"{order_id}/{event['version']}".encode()),
        ("ce_type", f"{TYPE_PREFIX}{event['type']}".encode()),
        ("position", position.encode()),
        ("cursor", cursor.encode()),
    ]
    if log:
        headers.append(("log", log.encode()))
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
    return order_id.encode(), orjson.dumps(event), headers


class InvalidRecord(PedidosError):
    """A record that is not an event of ours; says why."""


def order_placed(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> UUID:
    """The id of the order in a record of the placed topic.

    Raises InvalidRecord; its message is short and printable, whatever the record holds.
    """
    kind = (dict(headers).get("ce_type") or b"").decode("utf-8", "replace")
    if kind != f"{TYPE_PREFIX}order.placed":
        raise InvalidRecord(f"The type is {repr(kind[:80]) if kind else 'missing'}, not {TYPE_PREFIX}order.placed.")
    try:
        data = orjson.loads(value or b"")
    except orjson.JSONDecodeError as error:
        raise InvalidRecord(f"The value is not JSON: {error}.") from error
    try:
        order_id = UUID(data["order_id"])
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise InvalidRecord("The value has no order_id that is a UUID.") from error
    if key != str(order_id).encode():
        raise InvalidRecord("The key is not the order's id.")
    return order_id
