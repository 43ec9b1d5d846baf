"""Shards of the event log: which events are in which one.

An order is in one part, by a hash of its id. A shard has the events of one part, from one transaction on, and up to
another one if a larger number of shards has replaced it. Decision 77 says why no event is in two shards or in none.
"""

from typing import NamedTuple
from uuid import UUID

MOST_PARTS = 16
"""The largest number of shards at a time. A cursor of a live stream has a place in each of them."""


class Shard(NamedTuple):
    """The events of a part of the orders, with txid from begins on, and below ends if that is known. Shards that begin
    together are a generation: as many as there are parts."""

    id: int
    part: int
    parts: int
    begins: int
    ends: int | None

    def is_before(self, other: "Shard") -> bool:
        """Whether all of its events are before all of the other's: it is of an earlier generation."""
        return self.ends is not None and self.ends <= other.begins


FIRST = Shard(0, 0, 1, 0, None)
"""The only shard, until there are more."""


def part_of(order_id: UUID, parts: int) -> int:
    """The part in which an order is. Ids are UUIDv7, whose last 62 bits are random (RFC 9562), so the last 16 are a
    hash. IN_PART in `storage/event_log/shards.py` says the same in SQL."""
    return (order_id.int & 0xFFFF) % parts
