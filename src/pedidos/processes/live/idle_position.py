"""Tracks where reading can resume after a pause, so that no events are read while no stream is open."""

from collections.abc import Mapping
from typing import NamedTuple

from kafka import TopicPartition

Offsets = Mapping[TopicPartition, int]


class Recorded(NamedTuple):
    """The running number that the relay of a shard has recorded as published, and whether the shard has no event after
    it."""

    number: int
    all_of_it: bool


class IdlePosition:
    """Offsets in the topic and a running number per shard: every event with a higher number lies behind these offsets,
    or will.

    A check asks in this order: where the partitions end, which number the relay of each shard has recorded as
    published, and whether the log has an event of the shard after it. For each shard:

    - If the log has none, no event after that number can have been sent. All of them will lie behind these ends.
    - Otherwise: the relay sends the events after a number only once it has recorded that number. So if a check finds a
      higher number than the previous check, that number was recorded between the two, and the events after it were
      sent behind the ends of the previous check. A shard that the previous check did not find has begun since.
    """

    def __init__(self, begin: Offsets, last: Mapping[int, int]) -> None:
        """begin: the offsets that the reader has reached. last: the number up to which it has passed events on, by the
        id of the shard. Until they move, the reader can continue there with the events that it holds, as if it had
        not paused."""
        self._begin = begin
        self._last = last
        self._before: tuple[Offsets, Mapping[int, Recorded]] | None = None

    @property
    def begin(self) -> Offsets:
        return self._begin

    @property
    def last(self) -> Mapping[int, int]:
        return self._last

    def look(self, ends: Offsets, recorded: Mapping[int, Recorded]) -> bool:
        """Takes in the results of a check. Returns whether the position has moved.

        A number that went back moves nothing: PostgreSQL was restarted, and the same events will be sent again.
        """
        place = self._begin, self._last
        numbers = {shard: found.number for shard, found in recorded.items()}
        if all(self._has_all(shard, found) for shard, found in recorded.items()):
            self._begin, self._last = ends, numbers
        elif self._before is not None and all(
            self._has_grown(shard, found) or self._has_all(shard, found) for shard, found in recorded.items()
        ):
            self._begin, self._last = self._before[0], numbers
        self._before = ends, recorded
        return place != (self._begin, self._last)

    def _has_all(self, shard: int, found: Recorded) -> bool:
        return found.all_of_it and found.number >= self._last.get(shard, found.number)

    def _has_grown(self, shard: int, found: Recorded) -> bool:
        before = None if self._before is None else self._before[1].get(shard)
        return found.number > max(-1 if before is None else before.number, self._last.get(shard, -1))
