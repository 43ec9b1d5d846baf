"""A value that is read while somebody looks: at most every so often in this process, by one request at a time."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Fresh(Generic[T]):
    """read: returns the value, and for how many seconds it is fresh. empty: what is shown before the first one."""

    def __init__(
        self,
        read: Callable[[], tuple[T, float]],
        empty: T,
        patience_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._value = self._empty = empty
        self._patience = patience_seconds
        self._clock = clock
        self._turn = Lock()
        self._until = float("-inf")

    def get(self) -> T:
        """The newest value. While another request reads it, the one before; only who looks first waits for it."""
        if self._clock() < self._until:
            return self._value
        if not self._turn.acquire(timeout=self._patience if self._value is self._empty else 0):
            return self._value
        try:
            if self._clock() >= self._until:
                self._value, seconds = self._read()
                self._until = self._clock() + seconds
            return self._value
        finally:
            self._turn.release()
