"""Measures how late events reach the streams."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from pedidos.domain.order import Status, accepted_at
from pedidos.processes.live.frames import LiveEvent
from pedidos.telemetry.catalogue import streams as metrics
from pedidos.telemetry.catalogue.orders import ORDERS_SEEN_SECONDS


def measure(events: Sequence[LiveEvent], now: float) -> None:
    """Records a hand-over to the streams: of events in the order of the log, so the first one is the oldest. now: in
    seconds since the epoch."""
    metrics.STREAM_EVENTS.inc(len(events))
    occurred = str(events[0].event.body.get("occurred_at"))
    with suppress(ValueError):  # a record is whatever somebody wrote to the topic
        metrics.STREAM_EVENT_AGE.observe(now - datetime.fromisoformat(occurred).timestamp())
    for live in events:
        event = live.event
        if event.status == Status.CONFIRMED and "scheduled_for" not in event.body.get("detail", ()):
            ORDERS_SEEN_SECONDS.observe(now - accepted_at(event.order_id))
