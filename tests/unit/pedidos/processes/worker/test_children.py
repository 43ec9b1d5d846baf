"""A worker whose child fails at its start reports in each task what is wrong: it does not look healthy."""

import pytest
from celery import signals

from pedidos.processes.worker import children
from pedidos.processes.worker.children import Toolbox, attach
from pedidos.processes.worker.step_runner import StepRunner
from pedidos.processes.worker.tasks import Tools
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import make_engine

NO_DATABASE = DatabaseSettings(database_url="postgresql://nobody:none@127.0.0.1:1/none")


@pytest.fixture(autouse=True)
def signals_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for signal in (signals.worker_process_init, signals.worker_ready):
        monkeypatch.setattr(signal, "receivers", [])
    monkeypatch.setattr(children, "freeze_gc", lambda: None)


def make_tools() -> Tools:
    engine = make_engine(NO_DATABASE, "test")
    return Tools(engine, StepRunner({}, engine, lambda _step, _order_ids: None), dict, lambda: None)


def test_a_process_that_failed_at_its_start_says_why_and_recovers() -> None:
    failures = [OSError("too many open files"), OSError("still too many open files")]

    def make_tools_in_the_end() -> Tools:
        if failures:
            raise failures.pop(0)
        return make_tools()

    toolbox = Toolbox(make_tools_in_the_end)
    attach(toolbox, None)
    signals.worker_process_init.send(sender=None)
    with pytest.raises(OSError, match="still too many"):
        toolbox.tools()
    assert toolbox.tools() is toolbox.tools()


def test_a_process_without_a_database_starts_all_the_same() -> None:
    attach(toolbox := Toolbox(make_tools), None)
    signals.worker_process_init.send(sender=None)
    assert toolbox.tools().sweep() == {}
