"""What a client of a live stream has seen: the id of its last event, which it sends to continue there.

With one shard, a stream has the events in the order of the log, and a place in it says everything. Several shards are
published side by side, so a client can have seen more of one than of another.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from pedidos.domain.cursor import START, Cursor
from pedidos.domain.sharding import MOST_PARTS, part_of

_TEXT = re.compile(r"(\d{1,19}-\d{1,18})(?:\.(\d{1,2})((?:\.\d{1,2}-\d{1,19}-\d{1,18})+))?", re.ASCII)


class Seen(NamedTuple):
    """All events up to floor; and of orders in some parts (of this number of parts) all events up to a later place."""

    floor: Cursor
    parts: int = 1
    beyond: tuple[tuple[int, Cursor], ...] = ()

    def __str__(self) -> str:
        """The id: the floor, and after it the number of parts and each part that is beyond it, such as
        "770-3.3.0-775-1.2-774-9"."""
        if not self.beyond:
            return str(self.floor)
        return f"{self.floor}.{self.parts}" + "".join(f".{part}-{cursor}" for part, cursor in self.beyond)

    @classmethod
    def parse(cls, text: str) -> "Seen | None":
        """Parses an id; None if the text is not one. Ids of versions without shards are a floor alone."""
        match = _TEXT.fullmatch(text)
        floor = Cursor.parse(match[1]) if match else None
        if match is None or floor is None:
            return None
        if match[2] is None:
            return cls(floor)
        parts, beyond = int(match[2]), dict[int, Cursor]()
        for each in match[3].removeprefix(".").split("."):
            part, _, text_of_cursor = each.partition("-")
            cursor = Cursor.parse(text_of_cursor)
            if cursor is None or int(part) >= parts or int(part) in beyond:
                return None
            beyond[int(part)] = cursor
        return cls(floor, parts, tuple(beyond.items())) if parts <= MOST_PARTS else None

    @classmethod
    def of(cls, fronts: Sequence[Cursor], base: Cursor) -> "Seen":
        """Of a client that has everything up to base, and each part up to its front."""
        reached = [max(front, base) for front in fronts]
        floor = min(reached, default=base)
        beyond = tuple((part, cursor) for part, cursor in enumerate(reached) if cursor > floor)
        return cls(floor, len(reached), beyond) if beyond else cls(floor)

    @property
    def cursors(self) -> Iterable[Cursor]:
        return (self.floor, *(cursor for _, cursor in self.beyond))

    def of_order(self, order_id: UUID) -> Cursor:
        """Up to where the events of this order are seen."""
        return max(self.floor, dict(self.beyond).get(part_of(order_id, self.parts), START))

    def has(self, order_id: UUID, cursor: Cursor) -> bool:
        """Whether the event of this order at this place is among them."""
        return cursor <= self.floor or (bool(self.beyond) and cursor <= self.of_order(order_id))

    def raised(self, floor: Cursor) -> "Seen":
        """The same, and all events up to a later floor."""
        beyond = tuple((part, cursor) for part, cursor in self.beyond if cursor > floor)
        return Seen(floor, self.parts, beyond) if beyond else Seen(floor)


NOTHING = Seen(START)
"""Of a client that has seen nothing."""
