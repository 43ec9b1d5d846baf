"""Memory and CPU of processes together with all their children."""

import time
from collections.abc import Sequence

import psutil


def measure(pids: Sequence[int], seconds: float, alone: int) -> dict[int, dict[str, float]]:
    """Memory and CPU of each pid with its children, and of the pid `alone` without them: memory_mib (proportional set
    size if the system provides it, so that shared pages count once) and cpu_percent of one core over `seconds`.
    Processes that have ended are left out."""
    trees = {pid: _tree(pid) for pid in pids} | {alone: _tree(alone)[:1]}
    before = {pid: _cpu_seconds(tree) for pid, tree in trees.items()}
    began = time.monotonic()
    time.sleep(seconds)
    spent = {pid: _cpu_seconds(tree) - before[pid] for pid, tree in trees.items()}
    took = time.monotonic() - began
    return {
        pid: {
            "memory_mib": round(sum(map(_memory, tree)) / 2**20, 1),
            "cpu_percent": round(max(0.0, spent[pid]) / took * 100, 1),
        }
        for pid, tree in trees.items()
        if tree
    }


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu_seconds(tree: Sequence[psutil.Process]) -> float:
    total = 0.0
    for process in tree:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue  # gone meanwhile
        total += float(times.user + times.system)
    return total


def _memory(process: psutil.Process) -> float:
    try:
        info = process.memory_full_info()
    except psutil.AccessDenied:
        info = process.memory_info()
    except psutil.Error:
        return 0.0  # gone meanwhile
    return float(getattr(info, "pss", info.rss))  # only Linux has pss
