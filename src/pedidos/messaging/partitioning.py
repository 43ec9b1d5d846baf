"""The partition of a key: as Kafka's own clients choose it, but computed once per key."""

from functools import lru_cache
from typing import Any

from kafka.cluster import ClusterMetadata
from kafka.partitioner import DefaultPartitioner, murmur2

REMEMBERED_KEYS = 8192


class RememberingPartitioner(DefaultPartitioner):  # type: ignore[misc]  # kafka-python ships no types
    """murmur2 in Python takes longer than all the rest, and the events of an order follow shortly after each other."""

    def partition(
        self,
        topic: str,
        key: Any,
        serialized_key: bytes | None,
        value: Any,
        serialized_value: bytes | None,
        cluster: ClusterMetadata,
    ) -> int:
        if serialized_key is None:
            chosen: int = super().partition(topic, key, serialized_key, value, serialized_value, cluster)
            return chosen
        return partition_of(serialized_key, len(cluster.partitions_for_topic(topic)))


def partition_of(key: bytes, partitions: int) -> int:
    """The number of the key's partition, from 0. partitions: how many there are."""
    return _hash(key) % partitions


@lru_cache(maxsize=REMEMBERED_KEYS)
def _hash(key: bytes) -> int:
    hashed: int = murmur2(key) & 0x7FFFFFFF
    return hashed
