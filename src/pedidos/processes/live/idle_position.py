"""Where reading can resume after a pause, so that events are not read while no stream is open."""

from collections.abc import Mapping

from kafka import TopicPartition

Offsets = Mapping[TopicPartition, int]


class IdlePosition:
    """A place in the topic and a running number: every event with a higher number lies behind the place, or will.

    One look is: first where the partitions end, then which number the relay has noted down as published, and whether
    the log has any event after it. If it has none, nothing after that number can have been sent, and all of it will lie
    behind these ends. Otherwise: the relay sends what comes after a number only once it has noted that number down. So
    where a look finds a higher number than the look before it, that number was noted down between the two, and what
    comes after it was sent behind the ends of the earlier look.
    """

    def __init__(self, begin: Offsets, last: int) -> None:
        """begin: how far the reader has come; last: the number up to which it has passed events on. As long as the
        place has not moved, the reader goes on there as if it had not paused, with what it holds."""
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
        """Takes in a look. Whether the place has moved: a number that went back (PostgreSQL was restarted, and the same
        events will be sent again) moves nothing."""
        place = self._begin, self._last
        ends_before, published_before = self._before or ({}, published)
        if all_of_it and published >= self._last:
            self._begin, self._last = ends, published
        elif published > max(published_before, self._last):
            self._begin, self._last = ends_before, published
        self._before = ends, published
        return place != (self._begin, self._last)
