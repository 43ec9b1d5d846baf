"""The bytes and rows that a confirmed order of two items leaves behind. They are the same on every machine.

The sizes in PostgreSQL were measured on PostgreSQL 18 by tests/integration/bench/test_sizes.py, which fails if they are
no longer true. The sizes on Kafka are computed here from the records.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pedidos.domain.order import PATH, Status, event_type
from pedidos.messaging.signatures import RecordKeys
from pedidos.publishing.records import records
from pedidos.storage.event_log.events import LoggedEvent

ROWS: dict[str, int] = {"accept": 5, "open": 5, "close": 4}
"""Rows inserted or updated in each commit, stock apart: that is a row per product and batch."""

COMMITS = tuple(ROWS)
"""Per batch, regardless of its number of orders. In addition, the relay's position is saved, without waiting for the
disk."""

WAL_BYTES = 5_700
"""WAL in batches of hundreds of orders; an order alone in its batches takes 13 % more. In addition, the first change of
a page after a checkpoint writes the whole page."""

EVENT_BYTES = 1_530
KEY_BYTES = 240
KEPT_BYTES = 1_250
"""With their indexes: an order's events; its idempotency key; its row, items and payment, which are never deleted."""

EVENTS = len(PATH)
"""From placed to confirmed. The three events up to delivered cost as much each."""

_DETAIL: dict[Status, dict[str, Any]] = {
    Status.RECEIVED: {"total_cents": 6100},
    Status.PAID: {"by": "worker-1", "reference": "0" * 16},
}
_BY_A_STEP = {"by": "worker-1"}

_SOMEBODY = UUID("01890000-0000-7000-8000-000000000000")


def kafka_bytes() -> int:
    """The size of keys, values and headers of an order's records until it is confirmed, in one copy. Kafka adds a
    little for each record and batch. Nothing is compressed."""
    return sum(
        len(record.key or b"")
        + len(record.value or b"")
        + sum(len(name) + len(value) for name, value in record.headers)
        for record in _records()
    )


def kafka_records() -> int:
    """The number of records of an order until it is confirmed: its events, and the first one again for the bridge."""
    return sum(1 for _ in _records())


def _records() -> Iterator[Any]:
    keys = RecordKeys("0" * 24)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for version, status in enumerate(PATH, 1):
        detail = _DETAIL.get(status, _BY_A_STEP)
        event = LoggedEvent(
            1234567, 1234567, _SOMEBODY, version, event_type(status), status, _SOMEBODY, _SOMEBODY, detail, None, at
        )
        yield from records(event, 0, 1234567, keys, "0" * 16)
