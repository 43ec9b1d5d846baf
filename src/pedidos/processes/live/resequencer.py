"""Puts numbered items back in order: 1, 2, 3 …, each once."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Resequencer(Generic[T]):
    """Accepts items in any order, also repeatedly, and returns them in the order of their numbers."""

    def __init__(self, last: int) -> None:
        """last: the number before the first one to return."""
        self._last = last
        self._waiting: dict[int, T] = {}
        self._gap_since: float | None = None

    @property
    def last(self) -> int:
        return self._last

    @property
    def any_waits(self) -> bool:
        """Whether items wait for a number that has not arrived."""
        return bool(self._waiting)

    def put(self, number: int, thing: T) -> None:
        if number > self._last:
            self._waiting[number] = thing

    def take(self, now: float) -> list[T]:
        """The items that are next in order. now: in seconds; a gap that others wait for is dated by it."""
        ready = []
        while self._waiting and (self._last + 1) in self._waiting:
            self._last += 1
            ready.append(self._waiting.pop(self._last))
        if not self._waiting:
            self._gap_since = None
        elif ready or self._gap_since is None:
            self._gap_since = now
        return ready

    def gap_seconds(self, now: float) -> float:
        """How long items have waited for a number that has not arrived; 0 if none waits."""
        return 0.0 if self._gap_since is None else now - self._gap_since

    def discard_beyond(self, number: int) -> int:
        """Discards the items with higher numbers. Returns how many there were."""
        beyond = [each for each in self._waiting if each > number]
        for each in beyond:
            del self._waiting[each]
        if not self._waiting:
            self._gap_since = None
        return len(beyond)

    def skip_to(self, number: int) -> int:
        """Gives up the missing numbers up to this one, of which no item waits. Returns how many there were."""
        missing = max(0, number - self._last)
        self._last += missing
        self._gap_since = None
        return missing

    def skip(self) -> int:
        """Gives up the missing numbers before the next item. Returns how many there were."""
        if not self._waiting:
            return 0
        missing = min(self._waiting) - self._last - 1
        self._last += missing
        self._gap_since = None
        return missing
