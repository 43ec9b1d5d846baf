"""A heart beats while every work comes round, and stops when one is stuck."""

import os
import threading
from pathlib import Path

import pytest

from pedidos.processes import heart
from pedidos.processes.heart import STUCK_SECONDS, Heart, touch
from pedidos.processes.worker.heartbeats import Children, of_child


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "worker-1.heartbeat"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """One number, the time; moved by hand."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_it_beats_again_and_again_while_a_round_takes_long(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heart, "BEAT_SECONDS", 0.01)
    Heart(file).came_round()
    never = threading.Event()
    for _ in range(3):
        os.utime(file, ns=(0, 0))
        while not file.stat().st_mtime_ns:
            never.wait(0.01)


def test_it_stops_when_one_of_the_works_is_stuck(clock: list[float]) -> None:
    own = Heart(None)
    own.came_round("loop")
    own.came_round("consumer")
    clock[0] += STUCK_SECONDS - 1
    own.came_round("loop")
    assert own.goes_on()
    clock[0] += 2
    assert not own.goes_on()
    own.waits("consumer")
    assert own.goes_on()


def test_it_stops_when_what_it_asks_says_no() -> None:
    assert not Heart(None, lambda: False).goes_on()


def test_a_heartbeat_that_cannot_be_written_disturbs_nothing(tmp_path: Path) -> None:
    touch(tmp_path / "no folder" / "heartbeat")
    Heart(None).came_round()


def test_a_child_without_a_sign_of_life_is_named_after_the_time_and_not_before(file: Path) -> None:
    children = Children(file, hung_seconds=6.0)
    for pid in (7, 8, 9):
        touch(of_child(file, pid))
    assert children.silent([7, 8], 2.0) == []
    assert not of_child(file, 9).exists()
    seen = []
    for _ in range(3):
        os.utime(of_child(file, 7))
        os.utime(of_child(file, 7), ns=(0, of_child(file, 7).stat().st_mtime_ns + 1))
        seen.append(children.silent([7, 8], 2.0))
    assert seen == [[], [], [8]]
