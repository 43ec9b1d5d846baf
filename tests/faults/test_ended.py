"""A drill, and a run of tests, that is told to end by a signal ends its platform first, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.checkout import ROOT

LEFT_SECONDS = 90


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("word", ["Starting a separate platform", "✗"], ids=["while it starts", "under load"])
def test_a_drill_that_is_ended_stops_its_platform_first(tmp_path: Path, number: signal.Signals, word: str) -> None:
    with drill(tmp_path) as (process, lines):
        assert any(word in line for line in lines)
        process.send_signal(number)
        process.send_signal(signal.SIGTERM if number != signal.SIGTERM else signal.SIGHUP)
        for _ in lines:
            pass
        code = process.wait(LEFT_SECONDS)
    assert code != 0
    assert number == signal.SIGINT or code in (128 + signal.SIGTERM, 128 + signal.SIGHUP)  # whichever came first
    assert left_of(tmp_path) == []
    assert list(tmp_path.glob("pedidos-drill-*")) == []


@contextmanager
def drill(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", Iterator[str]]]:
    """A drill under way, and what it says. Its temporary folders are in this one."""
    command = [sys.executable, "-m", "pedidos_dev", "drill", "run", "api-killed", "--orders", "400"]
    # A shell makes what it starts in the background ignore this signal, and children would go on ignoring it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, iter(process.stdout)
        finally:
            process.kill()


def left_of(folder: Path) -> list[str]:
    """Processes that work for a platform in this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in process.environ().get("PEDIDOS_SUPERVISED", ""):
                found.append(process.name())
        except psutil.Error:
            continue
    return found
