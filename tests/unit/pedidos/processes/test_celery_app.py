"""The scheduler sends its messages by a monotonic clock, which a change of the system time does not affect."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from celery.beat import ScheduleEntry

from pedidos.processes.celery_app import beat_schedule, make_celery
from pedidos.settings.groups.broker import BrokerSettings

SECONDS = 2.0


@pytest.mark.parametrize("name", ["watch", "retention"])
def test_an_entry_is_due_by_time_that_has_passed_whatever_the_clock_says(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_celery(BrokerSettings(broker_url="redis://127.0.0.1:1/0"))
    schedule = beat_schedule(SECONDS)[name]["schedule"]
    entry = ScheduleEntry(name=name, schedule=schedule, app=app)
    monkeypatch.setattr(app, "now", lambda: datetime.now(UTC) - timedelta(hours=1))
    assert not entry.is_due().is_due
    passed = time.monotonic() + schedule.seconds
    monkeypatch.setattr(time, "monotonic", lambda: passed)
    assert entry.is_due().is_due
