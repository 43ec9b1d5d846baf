"""An event as the log keeps it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


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
