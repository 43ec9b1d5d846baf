"""A drill waits for another one, and can be ended meanwhile."""

import asyncio
import os
import signal
import tempfile
import threading
from pathlib import Path

import pytest

from pedidos.cli.ending import ended_tidily
from pedidos_drills.place import turn
from tests.support.waiting import until

NAME = "pedidos-test.lock"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keeps the lock out of the folder of real drills."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.parametrize(("number", "ends"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_a_signal_ends_the_wait_also_on_an_event_loop(
    number: signal.Signals, ends: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def send_when_it_waits() -> None:
        until(lambda: signal.getsignal(signal.SIGINT) is signal.default_int_handler, "the loop's handler to be away")
        os.kill(os.getpid(), number)

    signalling = threading.Thread(target=send_when_it_waits)

    async def wait() -> None:
        signalling.start()
        with turn(NAME, "It waits."):
            raise AssertionError("the other one has the lock")

    try:
        with turn(NAME, ""), pytest.raises(ends), ended_tidily():
            asyncio.run(wait())
        signalling.join()
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
    assert "It waits." in capsys.readouterr().err
