"""Tracks where reading can resume after a pause, so that no events are read while no stream is open."""

from collections.abc import Mapping

from kafka import TopicPartition

Offsets = Mapping[TopicPartition, int]


class IdlePosition:
    """Offsets in the topic and a running number: every event with a higher number lies behind these offsets, or will.

    A check asks in this order: where the partitions end, which number the relay has recorded as published, and whether
    the log has an event after it.

    - If the log has none, no event after that number can have been sent. All of them will lie behind these ends.
    - Otherwise: the relay sends the events after a number only once it has recorded that number. So if a check finds a
      higher number than the previous check, that number was recorded between the two, and the events after it were
      sent behind the ends of the previous check.
    """

    def __init__(self, begin: Offsets, last: int) -> None:
        """begin: the offsets that the reader has reached. last: the number up to which it has passed events on. Until
        they move, the reader can continue there with the events that it holds, as if it had not paused."""
        self._begin = begin
        self._last = last
        self._before: tuple[Offsets, int] | None = None

    @property
    def begin(self) -> Offsets:
        return self._begin

    @property
    def last(self) -> int:
        return self._last

    def look(self, ends: Offsets, published: int, *, all_of_it: bool) -> bool:
        """Takes in the results of a check. Returns whether the position has moved.

        A number that went back moves nothing: PostgreSQL was restarted, and the same events will be sent again.
        """
        place = self._begin, self._last
        ends_before, published_before = self._before or ({}, published)
        if all_of_it and published >= self._last:
            self._begin, self._last = ends, published
        elif published > max(published_before, self._last):
            self._begin, self._last = ends_before, published
        self._before = ends, published
        return place != (self._begin, self._last)
