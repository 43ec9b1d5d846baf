"""The state of Kafka as an operator looks at it: topics, partitions, consumer groups, and how far each group is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.structs import OffsetAndMetadata, TopicPartition

from pedidos.messaging.boundary import our_errors
from pedidos.messaging.offset_notes import stops
from pedidos.messaging.rights import PREFIX


@dataclass(frozen=True, slots=True)
class Partition:
    """leader: the broker, None if there is none. first: the oldest offset; end: the one behind the last record. size:
    in bytes on the leader's disk; None if it is not known."""

    number: int
    leader: int | None
    copies: int
    in_sync: int
    first: int
    end: int
    size: int | None


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    partitions: tuple[Partition, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """lag: per topic and partition, the records that it has not committed. stopped: why it stopped at a partition."""

    name: str
    state: str
    members: tuple[str, ...]
    lag: Mapping[tuple[str, int], int]
    stopped: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.lag.values())


@dataclass(frozen=True, slots=True)
class Cluster:
    """groups: that with the most lag comes first."""

    topics: tuple[Topic, ...]
    groups: tuple[Group, ...]


@our_errors()
def look(client: KafkaAdminClient) -> Cluster:
    """Reads the state of our topics and groups: five requests and one per broker and group. Raises KafkaUnavailable."""
    described = sorted(
        (topic for topic in client.describe_topics() if topic["name"].startswith(PREFIX)), key=lambda each: each["name"]
    )
    all_partitions = [
        TopicPartition(topic["name"], each["partition_index"])
        for topic in described
        for each in topic["partitions"]
        if each["leader_id"] >= 0
    ]
    firsts = _offsets(client, all_partitions, OffsetSpec.EARLIEST)
    ends = _offsets(client, all_partitions, OffsetSpec.LATEST)
    sizes = _sizes(client.describe_log_dirs([topic["name"] for topic in described]))
    topics = tuple(
        Topic(
            topic["name"],
            tuple(
                _partition(topic["name"], each, firsts, ends, sizes)
                for each in sorted(topic["partitions"], key=lambda each: each["partition_index"])
            ),
        )
        for topic in described
    )
    return Cluster(topics, tuple(sorted(_groups(client, firsts, ends), key=lambda each: (-each.total, each.name))))


def _offsets(
    client: KafkaAdminClient, partitions: Iterable[TopicPartition], which: OffsetSpec
) -> dict[TopicPartition, int]:
    found = client.list_partition_offsets(dict.fromkeys(partitions, which))
    return {partition: place.offset for partition, place in found.items()}


def _sizes(brokers: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str, int], int]:
    """Per broker, topic and partition, in bytes."""
    return {
        (broker["broker"], topic["name"], each["partition_index"]): each["partition_size"]
        for broker in brokers
        for folder in broker["log_dirs"]
        for topic in folder["topics"]
        for each in topic["partitions"]
    }


def _partition(
    topic: str,
    described: Mapping[str, Any],
    firsts: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
    sizes: Mapping[tuple[int, str, int], int],
) -> Partition:
    number, leader = described["partition_index"], described["leader_id"]
    place = TopicPartition(topic, number)
    return Partition(
        number,
        leader if leader >= 0 else None,
        len(described["replica_nodes"]),
        len(described["isr_nodes"]),
        firsts.get(place, 0),
        ends.get(place, 0),
        sizes.get((leader, topic, number)),
    )


def _groups(
    client: KafkaAdminClient, firsts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> list[Group]:
    names = sorted(group["group_id"] for group in client.list_groups() if group["group_id"].startswith(PREFIX))
    if not names:
        return []
    described, committed = client.describe_groups(names), client.list_group_offsets(names)
    return [_group(name, described[name], committed.get(name, {}), firsts, ends) for name in names]


def _group(
    name: str,
    described: Mapping[str, Any],
    committed: Mapping[TopicPartition, OffsetAndMetadata],
    firsts: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> Group:
    topics = {topic for member in described["members"] for topic in member["member_metadata"]["topics"]}
    topics |= {place.topic for place in committed}
    offsets = {place: each for place, each in committed.items() if each.offset >= 0}
    return Group(
        name,
        described["group_state"],
        tuple(sorted(member["client_id"] for member in described["members"])),
        {
            # Of a partition without a commit, it has to read all that is there.
            (place.topic, place.partition): max(0, end - max(_offset(offsets.get(place)), firsts.get(place, 0)))
            for place, end in ends.items()
            if place.topic in topics
        },
        tuple(stops(offsets.values())),
    )


def _offset(committed: OffsetAndMetadata | None) -> int:
    offset: int = 0 if committed is None else committed.offset
    return offset
