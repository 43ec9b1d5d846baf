"""Which shards this process may lead, when several relays share them."""

import threading
from collections.abc import Iterable

from pedidos.domain.sharding import MOST_PARTS, Shard
from pedidos.telemetry.catalogue import relay as metrics


class Share:
    """An equal part of the shards. Each shard is led in a thread, which asks here. Shards that have ended do not count:
    others wait for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._most = MOST_PARTS
        self._entered: list[int] = []
        self._leading: set[int] = set()
        self._awaited: set[int] = set()
        self.kafka_is_watched = False
        """Whether a change of Kafka's leaders is noticed. Before that, only a shard that is alone is published."""

    def settle(self, shards: int, others: int) -> None:
        """Takes in how many shards there are, and how many other relays live."""
        with self._lock:
            self._most = -(-shards // (others + 1))

    def enter(self, shard: Shard) -> bool:
        """Whether this process may try to lead the shard now. Then leave() has to follow, sooner or later."""
        if shard.parts > 1 and not self.kafka_is_watched:
            return False
        with self._lock:
            if shard.ends is not None or shard.id in self._entered:
                return True
            if len(self._entered) >= self._most:
                return False
            self._entered.append(shard.id)
            return True

    def lead(self, shard: Shard) -> None:
        """This process leads the shard now."""
        with self._lock:
            if shard.ends is None:
                self._leading.add(shard.id)
            self._show()

    def allows(self, shard: Shard) -> bool:
        """Whether this process may go on leading the shard. What it has taken last, it gives away first."""
        with self._lock:
            return shard.ends is not None or shard.id in self._entered[: self._most]

    def leave(self, shard: Shard) -> None:
        """This process does not lead the shard, or not any more."""
        with self._lock:
            self._leading.discard(shard.id)
            if shard.id in self._entered:
                self._entered.remove(shard.id)
            self._show()

    def awaits(self, shards: Iterable[Shard]) -> None:
        """A shard of this process waits for these, which have ended: Kafka may lack some of their events."""
        with self._lock:
            self._awaited.update(shard.id for shard in shards)

    def is_whole(self, shard: Shard) -> None:
        """None has to wait for this one any more."""
        with self._lock:
            self._awaited.discard(shard.id)

    @property
    def awaited(self) -> frozenset[int]:
        """The ids of the shards that others were found to wait for."""
        with self._lock:
            return frozenset(self._awaited)

    def _show(self) -> None:
        metrics.RELAY_LEADING.set(len(self._leading))
