"""Which shards this process may lead, when several relays share them."""

import threading

from pedidos.domain.sharding import MOST_PARTS, Shard
from pedidos.telemetry.catalogue import relay as metrics


class Share:
    """An equal part of the shards. Each shard is led in a thread, which asks here. Shards that have ended do not count:
    to watch them is no work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._most = MOST_PARTS
        self._entered: list[int] = []
        self._leading: set[int] = set()
        self.watching = threading.Lock()
        """Held by the one shard that is compared with Kafka although it has ended and is published: that has time."""
        self.earlier_are_awaited = False
        """Whether a shard was found to wait for one that has ended, of which Kafka has lost something."""
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

    @property
    def is_busy(self) -> bool:
        """Whether a shard that is to be led here is not led yet: it is compared with Kafka."""
        with self._lock:
            return not self._leading.issuperset(self._entered)

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

    def _show(self) -> None:
        metrics.RELAY_LEADING.set(len(self._leading))
