"""Processes are identified by process id and creation time together."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from pedidos_local import records
from pedidos_local.records import Record


def record(pid: int, created: str | None, name: str = "x") -> Record:
    return Record(name, pid, created or "none", 0, signal.SIGTERM, 1.0)


def test_a_process_is_the_same_as_long_as_it_lives() -> None:
    assert records.created(os.getpid()) == records.created(os.getpid())
    assert record(os.getpid(), records.created(os.getpid())).alive()
    assert not record(os.getpid(), "another moment").alive()


def test_a_zombie_is_dead() -> None:
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and its parent has not reaped it
    assert records.created(process.pid) is None
    process.wait()
    assert records.created(process.pid) is None


def test_kept_on_disk(tmp_path: Path) -> None:
    kept = [record(1, "a", "api-1"), record(2, "b", "worker-1")]
    for each in kept:
        records.save(tmp_path, each)
    assert records.read(tmp_path) == kept
    records.forget(tmp_path, "api-1")
    records.forget(tmp_path, "api-1")
    assert records.read(tmp_path) == kept[1:]


def test_records_of_the_dead_are_forgotten_and_nobody_is_touched(tmp_path: Path) -> None:
    records.save(tmp_path, record(os.getpid(), "before the last boot"))
    assert list(records.end_leftovers(tmp_path, tmp_path)) == []
    assert records.read(tmp_path) == []


@pytest.mark.parametrize("text", ["", '{"name": "api-1", "pi', "null", '{"name": "api-1"}'])
def test_a_damaged_record_hides_no_other(tmp_path: Path, text: str) -> None:
    (tmp_path / "api-1.json").write_text(text)
    whole = record(1, "a", "worker-1")
    records.save(tmp_path, whole)
    assert records.read(tmp_path) == [whole]
