"""Events of orders as the notifier writes them for subscribers, each of an order of its own."""

import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import orjson
from sqlalchemy import Engine

from pedidos.storage.webhooks import writing
from pedidos.storage.webhooks.writing import Happened

BATCH = 500
"""As many as the notifier reads at a time."""


def write(engine: Engine, merchants: Sequence[UUID], count: int) -> None:
    """Writes this number of events, of the merchants in turn, in batches."""
    for begin in range(0, count, BATCH):
        numbers = range(begin, min(count, begin + BATCH))
        writing.write(engine, [event(merchants[number % len(merchants)]) for number in numbers])


def write_steadily(engine: Engine, merchants: Sequence[UUID], rate: float) -> None:
    """Writes an event of each of these, `rate` events per second, in ten batches a second."""
    size = max(1, round(rate / 10))
    began = time.monotonic()
    for begin in range(0, len(merchants), size):
        time.sleep(max(0.0, began + begin / rate - time.monotonic()))
        writing.write(engine, [event(each) for each in merchants[begin : begin + size]])


def event(merchant: UUID) -> Happened:
    """One that happens now, with the members that an order that is paid has."""
    now, order = datetime.now(UTC), uuid.uuid4()
    data = {
        "order_id": str(order),
        "version": 5,
        "type": "order.paid",
        "status": "paid",
        "occurred_at": now.isoformat(),
        "merchant_id": str(merchant),
        "customer_id": str(uuid.uuid4()),
        "total_cents": 5098,
        "detail": {"payment_id": str(uuid.uuid4()), "amount_cents": 5098},
        "sent_at": time.time(),
    }
    body = orjson.dumps({"type": "order.paid", "timestamp": data["occurred_at"], "data": data}).decode()
    return Happened(order, 5, merchant, "order.paid", now, body, body)
