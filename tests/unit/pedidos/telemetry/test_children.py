"""The metrics of a worker's children: sums over the living and the ended, and no file more than there are children."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from pedidos.telemetry.children import RESERVED_BYTES, Children, reserve

COUNTER = mmap_key("pedidos_things", "pedidos_things_total", [], [], "Things.")
GAUGE = mmap_key("pedidos_level", "pedidos_level", [], [], "Level.")


def count(folder: Path, pid: int, value: float) -> None:
    """The files of a child that counted."""
    reserve(folder, pid)
    for kind, key in (("counter", COUNTER), ("gauge_livesum", GAUGE)):
        file = MmapedDict(str(folder / f"{kind}_{pid}.db"))
        file.write_value(key, value, 0.0)
        file.close()


@pytest.fixture
def ended() -> int:
    """The pid of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_the_counts_of_the_ended_stay_and_their_files_do_not(tmp_path: Path, ended: int) -> None:
    registry = CollectorRegistry()
    Children(tmp_path, registry)
    count(tmp_path, os.getpid(), 5)
    count(tmp_path, ended, 7)
    assert registry.get_sample_value("pedidos_things_total") == 12
    assert registry.get_sample_value("pedidos_level") == 5
    assert not list(tmp_path.glob(f"*_{ended}.db"))


def test_a_hundred_children_leave_one_file_of_each_kind(tmp_path: Path, ended: int) -> None:
    registry = CollectorRegistry()
    children = Children(tmp_path, registry)
    for _ in range(100):
        count(tmp_path, ended, 1)
        children.fold()
    assert registry.get_sample_value("pedidos_things_total") == 100
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2 * RESERVED_BYTES


def test_a_file_that_was_never_finished_is_removed(tmp_path: Path, ended: int) -> None:
    (tmp_path / f"counter_{ended}.db").write_bytes(b"\xff\xff\xff\x00 half")
    registry = CollectorRegistry()
    Children(tmp_path, registry)
    assert registry.get_sample_value("pedidos_things_total") is None
    assert not list(tmp_path.iterdir())
