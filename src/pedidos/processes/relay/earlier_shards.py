"""Whether Kafka has everything of the shards that have ended: before that, no later shard goes on."""

import threading
import time
from collections.abc import Callable

from sqlalchemy import Connection

from pedidos.domain.sharding import Shard
from pedidos.messaging.producer import Producer
from pedidos.messaging.sifting import Check
from pedidos.messaging.signatures import RecordKeys
from pedidos.messaging.topic_ends import TopicEnds
from pedidos.processes.relay.kafka_comparison import KafkaComparison
from pedidos.settings.processes import RelaySettings
from pedidos.storage.event_log import positions, shards
from pedidos.storage.event_log.positions import Position

WAIT_SECONDS = 0.2
GATHER_SECONDS = 0.3
"""Pause before a look. Shards that a process begins to lead at the same time have all asked then."""


class EarlierShards:
    """One for all shards of a process, whose threads ask at about the same time: one of them looks for all."""

    def __init__(self, settings: RelaySettings, keys: RecordKeys, check: Check) -> None:
        self._settings = settings
        self._keys = keys
        self._check = check
        self._looking = threading.Lock()
        self._began = float("-inf")
        self._whole: frozenset[int] = frozenset()

    def are_whole(self, connection: Connection, shard: Shard, producer: Producer, still: Callable[[], bool]) -> bool:
        """Whether Kafka has all events of the shards before this one. If it has lost some, they are published again
        first, by the relays that lead those shards: an order's events there come before those here.

        still: whether this relay leads; it is called from time to time. Raises AnotherLog and Transient.
        """
        earlier = [each for each in shards.watched(connection) if each.is_before(shard)]
        if not earlier:
            return True
        asked = time.monotonic()
        while not self._looking.acquire(timeout=WAIT_SECONDS):
            if not still():
                return False
        try:
            if self._began < asked or not self._whole.issuperset(each.id for each in earlier):
                time.sleep(GATHER_SECONDS)
                self._began, self._whole = time.monotonic(), frozenset()
                self._whole = self._look(connection, earlier, producer, still)
            return self._whole.issuperset(each.id for each in earlier)
        finally:
            self._looking.release()

    def _look(
        self, connection: Connection, earlier: list[Shard], producer: Producer, still: Callable[[], bool]
    ) -> frozenset[int]:
        """Those of the shards that are whole, up to the first one that is not."""
        found: set[int] = set()
        topics = TopicEnds(self._settings, self._settings.instance, self._check)
        try:
            for shard in earlier:
                position = positions.current(connection, shard.id)
                comparison = KafkaComparison(self._settings, producer, shard, self._keys, self._check)
                whole = position.is_end_of(shard) and comparison.compare(connection, position, still, _leave, topics)
                if not whole:
                    break
                found.add(shard.id)
        finally:
            topics.close()
        return frozenset(found)


def _leave(_to: Position) -> bool:
    """Moves no position: another relay publishes what is lacking."""
    return False
