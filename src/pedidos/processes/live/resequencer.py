"""Puts numbered things back in order: 1, 2, 3 …, each once."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Resequencer(Generic[T]):
    """Takes things in any order, also several times, and gives them back in the order of their numbers."""

    def __init__(self, last: int) -> None:
        """last is the number that was given back last: the next one is last + 1."""
        self._last = last
        self._held: dict[int, T] = {}
        self._gap_since: float | None = None

    @property
    def last(self) -> int:
        return self._last

    @property
    def holds_any(self) -> bool:
        """Whether things wait for a number that has not come."""
        return bool(self._held)

    def put(self, number: int, thing: T) -> None:
        if number > self._last:
            self._held[number] = thing

    def take(self, now: float) -> list[T]:
        """Everything whose turn it is. now, in seconds, dates the gap behind which others may wait."""
        ready = []
        while self._held and (self._last + 1) in self._held:
            self._last += 1
            ready.append(self._held.pop(self._last))
        if not self._held:
            self._gap_since = None
        elif ready or self._gap_since is None:
            self._gap_since = now
        return ready

    def gap_seconds(self, now: float) -> float:
        """For how long things have waited for a number that does not come."""
        return 0.0 if self._gap_since is None else now - self._gap_since

    def discard_beyond(self, number: int) -> int:
        """Forget what is held under higher numbers. How many they are."""
        beyond = [held for held in self._held if held > number]
        for held in beyond:
            del self._held[held]
        if not self._held:
            self._gap_since = None
        return len(beyond)

    def skip(self) -> int:
        """Give up the missing numbers before the next one that is held. How many they are."""
        if not self._held:
            return 0
        missing = min(self._held) - self._last - 1
        self._last += missing
        self._gap_since = None
        return missing
