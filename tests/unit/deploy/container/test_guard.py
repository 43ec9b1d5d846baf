"""What the container's guard does with the process that it runs."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.checkout import ROOT

GUARD = [sys.executable, "-IS", str(ROOT / "deploy" / "container" / "guard.py")]

HANGS = """
import os, pathlib, signal
pathlib.Path(os.environ["PEDIDOS_HEARTBEAT_FILE"]).touch()
os.kill(os.getpid(), signal.SIGSTOP)
"""
OBEYS = """
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # so that it is awaited, however early it comes
print("ready", flush=True)
signal.sigwait({signal.SIGTERM})
sys.exit(7)
"""


Begin = Callable[[str], "subprocess.Popen[str]"]
"""Runs this Python program under the guard."""


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    with ExitStack() as started:

        def start(program: str) -> "subprocess.Popen[str]":
            environment = {"PEDIDOS_HEARTBEAT_FILE": str(tmp_path / "heartbeat"), "PEDIDOS_HUNG_SECONDS": "2"}
            guard = subprocess.Popen(
                [*GUARD, sys.executable, "-c", program],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            return started.enter_context(guard)

        yield start


def test_one_that_hangs_is_killed(begin: Begin) -> None:
    guard = begin(HANGS)
    said, _ = guard.communicate(timeout=60)
    assert "gave no sign of life for 2 s and was killed" in said
    assert guard.returncode == 1


def test_one_that_has_not_begun_to_beat_is_left_alone(begin: Begin) -> None:
    guard = begin("import time; time.sleep(7); raise SystemExit(3)")
    assert guard.wait(60) == 3


def test_a_signal_is_handed_on_and_the_exit_status_back(begin: Begin) -> None:
    guard = begin(OBEYS)
    assert guard.stdout is not None
    assert guard.stdout.readline() == "ready\n"
    guard.send_signal(signal.SIGTERM)
    assert guard.wait(60) == 7


def test_death_by_a_signal_is_reported_as_a_shell_tells_it(begin: Begin) -> None:
    assert begin("import os; os.abort()").wait(60) == 128 + signal.SIGABRT
