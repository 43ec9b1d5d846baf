"""Retention: removes old rows, batch after batch, until nothing is due or the time is over."""

import time
from collections.abc import Callable

from sqlalchemy import Engine

from pedidos.settings.groups.retention import RetentionSettings
from pedidos.storage import spans
from pedidos.storage.accounts import mails, one_time_tokens, refresh_tokens, revocations, sessions
from pedidos.storage.audit_log import retention as audit_log
from pedidos.storage.dead_letters import retention as dead_letters
from pedidos.storage.event_log.retention import old_events
from pedidos.storage.orders import contacts, detaching, idempotency_keys
from pedidos.storage.webhooks import deliveries

BATCH = 500
"""Rows, or orders with their events, that one transaction removes."""
SWEEP_SECONDS = 45.0
"""After this time the rest waits for the next sweep. Less than Celery's task_soft_time_limit."""


def sweep(engine: Engine, settings: RetentionSettings) -> dict[str, int]:
    """Returns how many were removed: keys, tokens, links of mails, sessions, revocations, spans, contacts of
    orders, orders with their events, customers of orders, dead letters, jobs about them, mails, webhooks, and entries
    of the audit log."""
    batches: dict[str, Callable[[], int]] = {
        "keys": lambda: idempotency_keys.delete_expired(engine, settings.idempotency_hours, BATCH),
        "tokens": lambda: refresh_tokens.delete_expired(engine, BATCH),
        "links": lambda: one_time_tokens.delete_expired(engine, BATCH),
        "sessions": lambda: sessions.delete_expired(engine, BATCH),
        "revocations": lambda: revocations.delete_expired(engine, BATCH),
        "spans": lambda: spans.delete_old(engine, BATCH),
        "contacts": lambda: contacts.erase_old(engine, settings.contacts_days, BATCH),
        "jobs": lambda: dead_letters.delete_jobs(engine, BATCH),
    }
    if settings.events_days:
        batches["orders"] = lambda: old_events(engine, settings.events_days, BATCH).orders
    if settings.orders_days:
        batches["customers"] = lambda: detaching.detach_old(engine, settings.orders_days, BATCH)
    if settings.dead_letters_days:
        batches["letters"] = lambda: dead_letters.delete_closed(engine, settings.dead_letters_days, BATCH)
    if settings.mails_days:
        batches["mails"] = lambda: mails.delete_old(engine, settings.mails_days, BATCH)
    if settings.webhooks_days:
        batches["webhooks"] = lambda: deliveries.delete_old(engine, settings.webhooks_days, BATCH)
    if settings.audit_days:
        batches["entries"] = lambda: audit_log.delete_old(engine, settings.audit_days, BATCH)
    removed = dict.fromkeys(batches, 0)
    deadline = time.monotonic() + SWEEP_SECONDS
    while batches and time.monotonic() < deadline:
        for name, batch in list(batches.items()):
            count = batch()
            removed[name] += count
            if count < BATCH:
                del batches[name]
    return removed
