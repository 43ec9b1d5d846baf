"""What processes cost: CPU seconds and memory by role, as the operating system counts them."""

from collections.abc import Iterable, Mapping, Sequence

import psutil

Roots = Mapping[str, Sequence[int]]
"""Role → process ids, whose children count with them."""


def cpu_seconds(roots: Roots) -> dict[str, float]:
    """User and system time per role so far, of the processes, of their living descendants, and of descendants that have
    ended.

    The time of a process that has ended counts for its parent, which has waited for it. So nothing is lost between two
    readings while the root processes live. PostgreSQL's backends are children of its root process.
    """
    return {role: sum(map(_cpu, _family(pids))) for role, pids in roots.items()}


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """CPU seconds per role between two readings."""
    return {role: after[role] - before.get(role, 0.0) for role in after}


def memory_mib(roots: Roots) -> dict[str, float]:
    """MiB per role now: proportional set size where it can be read (Linux), so that shared memory counts once;
    otherwise resident set size."""
    return {role: sum(map(_memory, _family(pids))) / 2**20 for role, pids in roots.items()}


def _family(pids: Iterable[int]) -> list[psutil.Process]:
    found = []
    for pid in pids:
        try:
            root = psutil.Process(pid)
            found += [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            continue
    return found


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    # macOS does not report children that have ended.
    own: float = times.user + times.system
    return own + float(getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0))


def _memory(process: psutil.Process) -> float:
    try:
        return float(getattr(process.memory_full_info(), "pss", 0) or process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0.0
