"""A worker whose child fails at its start reports in each task what is wrong: it does not look healthy."""

from collections.abc import Callable
from typing import Any

import pytest
from celery import signals

from pedidos.processes import worker
from pedidos.processes.tasks import Tools
from pedidos.settings.processes import WorkerSettings
from pedidos.wiring import make_steps

COMPLETE: dict[str, Any] = {
    "broker_url": "redis://127.0.0.1:1/0",
    "database_url": "postgresql://nobody:none@127.0.0.1:1/none",
    "gateway_url": "http://127.0.0.1:1",
}


@pytest.fixture(autouse=True)
def signals_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for signal in (signals.worker_process_init, signals.worker_ready):
        monkeypatch.setattr(signal, "receivers", [])


def test_a_process_that_failed_at_its_start_says_why_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[Callable[[], Tools]] = []
    failures = [OSError("too many open files"), OSError("still too many open files")]

    def make_steps_in_the_end(*given: Any) -> object:
        if failures:
            raise failures.pop(0)
        return make_steps(*given)

    monkeypatch.setattr(worker, "make_steps", make_steps_in_the_end)
    monkeypatch.setattr(worker, "register", lambda _app, tools: registered.append(tools))
    monkeypatch.setattr(worker, "freeze_gc", lambda: None)
    worker.make_worker(WorkerSettings(**COMPLETE))
    signals.worker_process_init.send(sender=None)
    (tools,) = registered
    with pytest.raises(OSError, match="still too many"):
        tools()
    assert tools() is tools()
