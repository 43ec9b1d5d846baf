"""Whether Kafka has everything of the shards that have ended: before that, no later shard goes on.

No record is read for that, however many shards have ended. When a shard is closed, its relay records where its records
lie, and the leader epochs of Kafka's partitions. Kafka says where the records of an epoch end (`leader_epochs.py`): if
that is at or behind the recorded offset, nothing before it was lost since. If it is not, or if nothing is recorded, a
relay of that shard compares the records with the log, publishes what is lacking, and closes the shard again.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from pedidos.domain.sharding import Shard
from pedidos.messaging.leader_epochs import Epochs, LeaderEpochs
from pedidos.storage.event_log import closings
from pedidos.storage.event_log.closings import Closing


class EarlierShards:
    """One for all shards of a process."""

    def __init__(self, leaders: LeaderEpochs) -> None:
        self._leaders = leaders

    def epochs(self) -> Epochs:
        """The leader epochs of Kafka's partitions now. Raises KafkaUnavailable."""
        return self._leaders.read()

    def lacking(self, connection: Connection, shard: Shard) -> list[Shard]:
        """Those of the shards before this one of which Kafka may lack events. Raises Transient."""
        return self._lacking(each for each in closings.read(connection) if each.shard.is_before(shard))

    def is_whole(self, connection: Connection, shard: Shard) -> bool:
        """Whether the shard has ended, is published, and Kafka has all of it. Raises Transient."""
        if shard.ends is None:
            return False
        return not self._lacking(each for each in closings.read(connection) if each.shard.id == shard.id)

    def _lacking(self, ended: Iterable[Closing]) -> list[Shard]:
        known: dict[frozenset[tuple[str, int]], Mapping[str, int]] = {}
        found: list[Shard] = []
        for closing in ended:
            if closing.is_over and closing.is_empty:
                continue
            if not closing.is_over or not closing.until or not closing.epochs:
                found.append(closing.shard)
                continue
            asked = frozenset(closing.epochs.items())
            if asked not in known:
                known[asked] = self._leaders.ends(closing.epochs)
            ends = known[asked]
            if any(ends.get(partition, 0) < offset for partition, offset in closing.until.items()):
                found.append(closing.shard)
        return found
