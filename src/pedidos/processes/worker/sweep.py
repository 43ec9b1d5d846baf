"""Retention: removes old rows, batch after batch, until nothing is due or the time is over."""

import time
from collections.abc import Callable

from sqlalchemy import Engine

from pedidos.storage.accounts import refresh_tokens
from pedidos.storage.event_log.retention import old_events
from pedidos.storage.orders import idempotency_keys

BATCH = 500
"""Keys, tokens or orders that one transaction removes."""
SWEEP_SECONDS = 45.0
"""After this time the rest waits for the next sweep. Less than Celery's task_soft_time_limit."""


def sweep(engine: Engine, *, idempotency_hours: int, events_days: int) -> dict[str, int]:
    """Returns how many keys, tokens, and orders with their events were removed. events_days: 0 keeps events forever."""
    batches: dict[str, Callable[[], int]] = {
        "keys": lambda: idempotency_keys.delete_expired(engine, idempotency_hours, BATCH),
        "tokens": lambda: refresh_tokens.delete_expired(engine, BATCH),
    }
    if events_days:
        batches["orders"] = lambda: old_events(engine, events_days, BATCH).orders
    removed = dict.fromkeys(batches, 0)
    deadline = time.monotonic() + SWEEP_SECONDS
    while batches and time.monotonic() < deadline:
        for name, batch in list(batches.items()):
            count = batch()
            removed[name] += count
            if count < BATCH:
                del batches[name]
    return removed
