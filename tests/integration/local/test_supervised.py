"""The command line when the supervisor is dead, does not answer, or has not started yet."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pedidos_local.cli import supervised
from pedidos_local.cli.supervised import NotStarted, Supervised
from pedidos_local.control import Unreachable
from pedidos_local.layout import Layout
from tests.integration.local.platforms import Platform


def test_down_by_the_records_when_the_supervisor_was_killed(platform: Platform) -> None:
    before = platform.records()
    platform.process.kill()
    platform.process.wait()
    assert list(Supervised(platform.layout).end_without_supervisor()) == ["edge-1", "work-1", "store-1"]
    assert not any(record.alive() for record in before.values())
    assert platform.written("stopped") == ["edge-1", "work-1", "store-1"]


def test_down_when_the_supervisor_hangs(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised, "OBEY_SECONDS", 0.3)
    before = platform.records()
    os.kill(platform.process.pid, signal.SIGSTOP)
    ended = list(Supervised(platform.layout).end_without_supervisor())
    assert ended == ["supervisor", "edge-1", "work-1", "store-1"]
    assert platform.process.wait(5) == -signal.SIGKILL
    assert not any(record.alive() for record in before.values())


@pytest.mark.parametrize("text", [None, "", '{"pid": 1, "created": "before the last boot"}'])
def test_down_waits_for_a_supervisor_that_has_not_said_who_it_is(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    path = platform.layout.supervisor_file
    said = path.read_text()
    path.unlink()
    if text is not None:
        path.write_text(text)
    wait = time.sleep

    def say_meanwhile(seconds: float) -> None:
        path.write_text(said)
        wait(seconds)

    monkeypatch.setattr(time, "sleep", say_meanwhile)
    assert list(Supervised(platform.layout).end_without_supervisor()) == ["supervisor"]
    assert platform.process.wait(5) == 0
    assert platform.written("stopped") == ["edge-1", "work-1", "store-1"]


def test_nothing_runs(tmp_path: Path, port_base: int) -> None:
    nobody = Supervised(Layout(tmp_path / "never", port_base))
    assert nobody.status() is None
    assert list(nobody.end_without_supervisor()) == []
    with pytest.raises(Unreachable):
        next(nobody.ask({"do": "status"}))


def test_a_taken_port_is_named_with_its_holder(tmp_path: Path, port_base: int) -> None:
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port_base + 7))
        squatter.listen()
        with pytest.raises(NotStarted, match=rf"{port_base + 7}.*pid {os.getpid()}"):
            Supervised(Layout(tmp_path, port_base)).start()


def test_ctrl_c_while_the_supervisor_starts_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port_base: int
) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    start_process = subprocess.Popen
    begun: list[subprocess.Popen[bytes]] = []

    def popen(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        begun.append(start_process(*arguments, **options))
        return begun[0]

    def interrupted(readable: int, **_: object) -> None:
        os.close(readable)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr(os, "fdopen", interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            Supervised(Layout(tmp_path, port_base)).start()
        assert begun[0].wait(5) == -signal.SIGTERM
    finally:
        begun[0].kill()
        begun[0].wait()


def test_a_second_supervisor_is_refused(platform: Platform) -> None:
    with pytest.raises(NotStarted, match="already runs"):
        Supervised(platform.layout).start()
