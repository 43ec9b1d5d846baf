"""A record of Kafka as the page shows it: what it says, whether the relay wrote it, and what it consists of."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from kafka.consumer.fetcher import ConsumerRecord

from pedidos.domain.texts import printable
from pedidos.messaging.codec import InvalidRecord, PublishedEvent, decode, decode_placed
from pedidos.messaging.signatures import HEADER, SignatureCheck
from pedidos.messaging.topics import DEAD_LETTERS, EVENTS, PLACED
from pedidos.messaging.unreadable import unreadable
from pedidos.processes.web.operator.readable import Readable, readable

MOST_HEADERS = 40

_DECODERS: dict[str, Callable[[Any], PublishedEvent | UUID]] = {EVENTS: decode, PLACED: decode_placed}


class ShownRecord(NamedTuple):
    """signed: whether the relay signed it; None if that is not known, and unsigned says why not. says: the type of its
    event, or why it cannot be decoded."""

    topic: str
    partition: int
    offset: int
    at: datetime
    order_id: UUID | None
    version: int | None
    says: str
    decoded: bool
    signed: bool | None
    unsigned: str
    key: Readable
    headers: list[tuple[str, Readable]]
    more_headers: int
    payload: Readable


def shown(record: ConsumerRecord, check: SignatureCheck | None) -> ShownRecord:
    """For a record of any content. Raises Transient."""
    signed, unsigned = _signature(record, check)
    order_id, version, says, decoded = _decoded(record)
    headers = list(record.headers)
    return ShownRecord(
        record.topic,
        record.partition,
        record.offset,
        datetime.fromtimestamp(max(0, record.timestamp) / 1000, UTC),
        order_id,
        version,
        says,
        decoded,
        signed,
        unsigned,
        readable(record.key),
        [(printable(name, 200), readable(value)) for name, value in headers[:MOST_HEADERS]],
        max(0, len(headers) - MOST_HEADERS),
        readable(record.value),
    )


def _signature(record: ConsumerRecord, check: SignatureCheck | None) -> tuple[bool | None, str]:
    # Consumers write the copies of dead letters, without a signature: no process acts on them.
    if check is None or record.topic not in _DECODERS:
        return None, ""
    try:
        check(record)
    except InvalidRecord as problem:
        return False, str(problem)
    return (True, "") if HEADER in dict(record.headers) else (None, "before signatures")


def _decoded(record: ConsumerRecord) -> tuple[UUID | None, int | None, str, bool]:
    if (reason := unreadable(record)) is not None:
        return None, None, printable(reason, 300), False
    if record.topic == DEAD_LETTERS:
        reason = (dict(record.headers).get("reason") or b"").decode("utf-8", "replace")
        return None, None, printable(reason, 300), False
    try:
        found = _DECODERS[record.topic](record)
    except InvalidRecord as problem:
        return None, None, str(problem), False
    if isinstance(found, UUID):
        return found, 1, "order.placed", True
    return found.order_id, found.version, found.type, True
