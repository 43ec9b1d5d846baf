"""Puts the events of all shards in an order in which streams may show them.

Each shard has its own running numbers. Shards of a generation are independent: an order is in one of them. When a
larger number of shards replaces them, an order may go on in another shard. So nothing of a generation is shown before
everything of the one before it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pedidos.domain.cursor import START, Cursor
from pedidos.processes.live.frames import LiveEvent
from pedidos.processes.live.resequencer import Resequencer
from pedidos.storage.event_log.shards import Progress

Numbers = Mapping[int, int]
"""Running numbers, by the id of the shard."""


class Generation:
    """Shards that begin together."""

    def __init__(self, parts: int) -> None:
        self.fronts = [START] * parts
        """The newest event that was handed out, per part. START: none that a stream has to know."""
        self.shards: dict[int, Resequencer[LiveEvent]] = {}
        self.ends: dict[int, int] = {}
        """The last running number of each shard that is published to its end."""

    @property
    def is_over(self) -> bool:
        """Whether all events of its shards have been handed out."""
        return all(self.ends.get(shard, each.last + 1) <= each.last for shard, each in self.shards.items())

    @property
    def any_waits(self) -> bool:
        return any(each.any_waits for each in self.shards.values())

    def take(self, now: float, parts: Mapping[int, int]) -> Iterator[LiveEvent]:
        """The events that are next in order. parts: of each shard."""
        for shard, each in self.shards.items():
            for event in each.take(now):
                if len(self.fronts) == 1:
                    yield event
                else:
                    self.fronts[parts[shard]] = event.cursor
                    yield replace(event, fronts=tuple(self.fronts))


class EventSequence:
    """The events of all shards. progress: of the shards that are known."""

    def __init__(self, progress: Sequence[Progress], last: Numbers) -> None:
        """last: where each shard continues."""
        self._generations: dict[int, Generation] = {}
        """By the transaction at which they begin."""
        self._of_shard: dict[int, Generation] = {}
        self._parts: dict[int, int] = {}
        self._held_since: float | None = None
        self._include(progress, last, 0)
        self._current = min(self._generations)

    def include(self, progress: Sequence[Progress], first: int) -> None:
        """Takes in shards that were unknown, and ends. first: the number before the first event of a new shard."""
        self._include(progress, {}, first)

    def knows(self, shard: int) -> bool:
        return shard in self._of_shard

    @property
    def last(self) -> dict[int, int]:
        """The number of the last event that was handed out, of each shard."""
        return {shard: generation.shards[shard].last for shard, generation in self._of_shard.items()}

    @property
    def misses_an_end(self) -> bool:
        """Whether events wait for the end of an earlier generation, and it is not known where that is."""
        generation = self._generations[self._current]
        return self._waits_behind() and generation.shards.keys() != generation.ends.keys()

    def put(self, event: LiveEvent) -> None:
        """Takes in an event of a shard that is known."""
        shard = event.event.attributes.shard
        self._of_shard[shard].shards[shard].put(event.number, event)

    def take(self, now: float) -> list[LiveEvent]:
        """The events that are next in order. now: in seconds."""
        ready = [*self._generations[self._current].take(now, self._parts)]
        while (following := self._following()) is not None and self._generations[self._current].is_over:
            self._current = following
            generation = self._generations[following]
            generation.fronts = [Cursor(following, 0)] * len(generation.fronts)
            ready += generation.take(now, self._parts)
        if not self._waits_behind():
            self._held_since = None
        elif ready or self._held_since is None:
            self._held_since = now
        return ready

    def stuck(self, now: float, seconds: float) -> list[int]:
        """The shards in which a number has been missing for longer than this, while events wait for it."""
        generation = self._generations[self._current]
        held = self._held_since is not None and now - self._held_since > seconds
        return [
            shard
            for shard, each in generation.shards.items()
            if each.gap_seconds(now) > seconds or (held and generation.ends.get(shard, 0) > each.last)
        ]

    def discard_beyond(self, shard: int, number: int) -> int:
        """Discards the events of the shard with higher numbers. Returns how many there were."""
        return self._of_shard[shard].shards[shard].discard_beyond(number)

    def is_awaited(self, shard: int, published: int) -> bool:
        """Whether events wait for one of the shard that is published."""
        generation = self._of_shard[shard]
        each = generation.shards[shard]
        return published > each.last and (each.any_waits or (shard in generation.ends and self._waits_behind()))

    def skip(self, shard: int) -> int:
        """Gives up the missing numbers before the next event of the shard, or before its end. Returns how many."""
        generation = self._of_shard[shard]
        each = generation.shards[shard]
        return each.skip() if each.any_waits else each.skip_to(generation.ends.get(shard, each.last))

    def _include(self, progress: Sequence[Progress], last: Numbers, first: int) -> None:
        for shard, number, _, is_over in progress:
            generation = self._generations.setdefault(shard.begins, Generation(shard.parts))
            if shard.id not in generation.shards:
                generation.shards[shard.id] = Resequencer(last.get(shard.id, first))
                self._of_shard[shard.id], self._parts[shard.id] = generation, shard.part
            if is_over:
                generation.ends[shard.id] = number

    def _following(self) -> int | None:
        return min((begins for begins in self._generations if begins > self._current), default=None)

    def _waits_behind(self) -> bool:
        return any(each.any_waits for begins, each in self._generations.items() if begins > self._current)
