"""Does heavy work in threads of its own: a few pieces at a time, and a limited number that wait."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from pedidos.http import problems

P = ParamSpec("P")
T = TypeVar("T")

WAITING_PER_THREAD = 4
"""Pieces of work that wait for each thread: the last one waits about as long as a client does not notice."""

NICENESS = 10
"""The threads leave the cores to those of other requests, but not so long that a piece of work takes seconds."""


class WorkPool:
    """Works for the threads of requests, which wait meanwhile."""

    def __init__(self, name: str, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, name, _give_way)
        self._places = threading.BoundedSemaphore(threads * (1 + WAITING_PER_THREAD))

    def require_room(self) -> None:
        """Raises problems.Busy if too much waits: before other work for a request that needs the pool."""
        if not self._places.acquire(blocking=False):
            raise problems.Busy
        self._places.release()

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does the work in one of the threads. Raises problems.Busy at once if too much waits."""
        if not self._places.acquire(blocking=False):
            raise problems.Busy
        try:
            return self._pool.submit(work, *args, **kwargs).result()
        finally:
            self._places.release()


def _give_way() -> None:
    # Elsewhere the number of a thread is not that of a process, whose priority this sets.
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
