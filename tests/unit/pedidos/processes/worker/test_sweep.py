"""Retention works batch after batch while rows are due, and stops when its time is up."""

from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine

from pedidos.processes.worker import sweep
from pedidos.processes.worker.sweep import BATCH
from pedidos.settings.groups.retention import RetentionSettings
from pedidos.storage import spans
from pedidos.storage.accounts import mails, one_time_tokens, refresh_tokens, revocations, sessions
from pedidos.storage.audit_log import retention as audit_log
from pedidos.storage.dead_letters import retention as dead_letters
from pedidos.storage.event_log.retention import Removed
from pedidos.storage.orders import contacts, detaching, idempotency_keys
from pedidos.storage.webhooks import deliveries

NOTHING = dict.fromkeys(
    (
        "keys",
        "tokens",
        "links",
        "sessions",
        "revocations",
        "spans",
        "jobs",
        "contacts",
        "orders",
        "mails",
        "entries",
        "customers",
        "letters",
        "webhooks",
    ),
    0,
)


def swept(monkeypatch: pytest.MonkeyPatch, due: dict[str, int], **settings: int) -> dict[str, int]:
    """What a sweep takes when `due` rows are due."""

    def take(name: str, limit: int) -> int:
        taken = min(due[name], limit)
        due[name] -= taken
        return taken

    monkeypatch.setattr(idempotency_keys, "delete_expired", lambda _engine, _hours, limit: take("keys", limit))
    monkeypatch.setattr(refresh_tokens, "delete_expired", lambda _engine, limit: take("tokens", limit))
    monkeypatch.setattr(one_time_tokens, "delete_expired", lambda _engine, limit: take("links", limit))
    monkeypatch.setattr(mails, "delete_old", lambda _engine, _days, limit: take("mails", limit))
    monkeypatch.setattr(sessions, "delete_expired", lambda _engine, limit: take("sessions", limit))
    monkeypatch.setattr(revocations, "delete_expired", lambda _engine, limit: take("revocations", limit))
    monkeypatch.setattr(spans, "delete_old", lambda _engine, limit: take("spans", limit))
    monkeypatch.setattr(dead_letters, "delete_jobs", lambda _engine, limit: take("jobs", limit))
    monkeypatch.setattr(contacts, "erase_old", lambda _engine, _days, limit: take("contacts", limit))
    monkeypatch.setattr(audit_log, "delete_old", lambda _engine, _days, limit: take("entries", limit))
    monkeypatch.setattr(detaching, "detach_old", lambda _engine, _days, limit: take("customers", limit))
    monkeypatch.setattr(dead_letters, "delete_closed", lambda _engine, _days, limit: take("letters", limit))
    monkeypatch.setattr(deliveries, "delete_old", lambda _engine, _days, limit: take("webhooks", limit))
    monkeypatch.setattr(sweep, "old_events", lambda _engine, _days, limit: Removed(take("orders", limit), 0))
    return sweep.sweep(create_engine("postgresql+psycopg://"), RetentionSettings.make(**settings))


def test_everything_that_is_due_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    due = NOTHING | {"keys": 3 * BATCH + 7, "orders": BATCH, "entries": 2 * BATCH, "customers": 3, "letters": 2}
    due |= {
        "sessions": 1,
        "jobs": 4,
        "spans": BATCH + 2,
        "revocations": BATCH + 1,
        "links": BATCH + 3,
        "mails": 4,
        "contacts": 5,
    }
    due["webhooks"] = BATCH + 4
    assert swept(monkeypatch, dict(due)) == due


def test_zero_days_keep_events_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    always = {"keys": 1, "tokens": 1, "links": 1, "sessions": 1, "revocations": 1, "spans": 1, "jobs": 1, "contacts": 1}
    due = always | {"orders": 9, "entries": 9, "customers": 9, "letters": 9, "mails": 9, "webhooks": 9}
    never = dict.fromkeys(
        ("events_days", "orders_days", "dead_letters_days", "audit_days", "mails_days", "webhooks_days"), 0
    )
    assert swept(monkeypatch, due, **never) == always


def test_what_is_not_done_in_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 20))
    monkeypatch.setattr(sweep, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    gone = swept(monkeypatch, NOTHING | {"keys": 10**6, "orders": 10**6})
    assert gone == NOTHING | {"keys": 2 * BATCH, "orders": 2 * BATCH}
