"""Hashes passwords in threads of its own: a few at a time, and a limited number that wait.

A hash takes 19 MiB and tens of milliseconds of a core. In the threads of the requests, each thread would keep its
19 MiB, and twenty hashes at the same time would take the cores from orders.
"""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from pedidos.http import problems
from pedidos.security import passwords
from pedidos.security.passwords import Match

P = ParamSpec("P")
T = TypeVar("T")

WAITING_PER_THREAD = 4
"""Hashes that wait for each thread: the last one waits about as long as a client does not notice."""

NICENESS = 10
"""The threads leave the cores to those of other requests, but not so long that a hash takes seconds."""


class HashingPool:
    """Works for the threads of requests, which wait meanwhile."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, "hashing", _give_way)
        self._places = threading.BoundedSemaphore(threads * (1 + WAITING_PER_THREAD))

    def hash_password(self, password: str) -> str:
        """As passwords.hash_password. Raises problems.Busy."""
        return self.run(passwords.hash_password, password)

    def matches(self, password_hash: str, password: str) -> Match:
        """As passwords.matches. Raises problems.Busy."""
        return self.run(passwords.matches, password_hash, password)

    def require_room(self) -> None:
        """Raises problems.Busy if too many hashes wait: before other work for a request that needs one."""
        if not self._places.acquire(blocking=False):
            raise problems.Busy
        self._places.release()

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does the work in one of the threads. Raises problems.Busy at once if too many wait."""
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
