"""Clients for Kafka, with a limit on every wait, and the topics."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, MemberToRemove, NewTopic, OffsetSpec
from kafka.structs import OffsetAndMetadata, TopicPartition

from pedidos.messaging import access, login
from pedidos.messaging.boundary import ConsumerClient, our_errors
from pedidos.messaging.partitioning import RememberingPartitioner
from pedidos.messaging.topics import TOPICS, Topic
from pedidos.messaging.unreadable import tolerant
from pedidos.settings.groups.kafka import KafkaSettings, PartitionSettings, TopicSettings

REQUEST_SECONDS = 10.0
LEAVE_SECONDS = 3.0
LINGER_MS = 100
BATCH_BYTES = 128 * 1024
LOOKING_BYTES = 512 * 1024


def common(settings: KafkaSettings, client_id: str) -> dict[str, object]:
    """The options of every client: where the brokers are, how to log in there, and the longest waits."""
    return {
        **login.options(settings),
        "bootstrap_servers": settings.kafka_bootstrap.split(","),
        "client_id": client_id,
        "request_timeout_ms": round(REQUEST_SECONDS * 1000),
        "bootstrap_timeout_ms": round(REQUEST_SECONDS * 1000),
        "reconnect_backoff_max_ms": 2000,
        "api_version": (4, 0),  # every supported broker has it; this saves a probe at each start
    }


@our_errors()
def make_producer(settings: KafkaSettings, client_id: str) -> KafkaProducer:
    """A producer whose records are acknowledged by all replicas in sync, written once and in order.

    It sends when it is flushed, so that a batch is one request to each broker, and not one per record.
    """
    return KafkaProducer(
        **common(settings, client_id),
        metrics_enabled=False,
        acks="all",
        enable_idempotence=True,
        delivery_timeout_ms=30_000,
        max_block_ms=5_000,
        linger_ms=LINGER_MS,
        batch_size=BATCH_BYTES,
        allow_auto_create_topics=False,
        partitioner=RememberingPartitioner(),
    )


@our_errors()
def make_group_consumer(settings: KafkaSettings, client_id: str, group: str, most_records: int) -> KafkaConsumer:
    """A member of a consumer group that commits offsets itself. Static membership: a restart moves no partition."""
    consumer = ConsumerClient(
        **common(settings, client_id) | {"request_timeout_ms": 15_000},
        metrics_enabled=False,
        group_id=group,
        group_instance_id=client_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=2_000,  # a fetch returns as soon as there is a record, otherwise after this time
        session_timeout_ms=10_000,
        heartbeat_interval_ms=2_000,
        max_poll_interval_ms=120_000,
        max_poll_records=most_records,
        allow_auto_create_topics=False,
    )
    return tolerant(consumer)


@our_errors()
def leave_group(settings: KafkaSettings, group: str, client_id: str) -> None:
    """Removes a member that has ended from its group, so that the others get its partitions at once.

    The client of a static member does not do that when it closes: Kafka would wait until the session times out.
    """
    configuration = common(settings, client_id) | {"bootstrap_timeout_ms": round(LEAVE_SECONDS * 1000)}
    client = KafkaAdminClient(**configuration)
    try:
        client.remove_group_members(group, [MemberToRemove(group_instance_id=client_id)])
    finally:
        client.close()


@our_errors()
def make_admin(settings: KafkaSettings, *, probe: bool = False) -> KafkaAdminClient:
    """An administration client; the caller closes it."""
    configuration = common(settings, "pedidos-admin")
    if probe:
        del configuration["api_version"]
    return KafkaAdminClient(**configuration)


@our_errors()
def make_reader(settings: KafkaSettings, client_id: str, *, committed: bool = True) -> KafkaConsumer:
    """A consumer without a group: it reads whole topics, from the offsets that it seeks to, and commits nothing.

    An offset that does not exist (any more) raises KafkaUnavailable: the caller knows where else to continue, and the
    beginning may be days back. committed: skip records of open or aborted transactions.
    """
    consumer = ConsumerClient(
        **common(settings, client_id),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed" if committed else "read_uncommitted",
        fetch_max_wait_ms=2_000,
        max_poll_records=2000,
        allow_auto_create_topics=False,
    )
    return tolerant(consumer)


@our_errors()
def make_looking_reader(settings: KafkaSettings, client_id: str, patience_seconds: float) -> KafkaConsumer:
    """A reader for somebody who looks at a few records: its fetches are small, and it also reads uncommitted records.

    patience_seconds: the longest wait for an answer.
    """
    patience = round(patience_seconds * 1000)
    consumer = ConsumerClient(
        **common(settings, client_id) | {"request_timeout_ms": patience, "bootstrap_timeout_ms": patience},
        metrics_enabled=False,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_uncommitted",
        fetch_max_wait_ms=200,
        fetch_max_bytes=LOOKING_BYTES,
        max_partition_fetch_bytes=LOOKING_BYTES,
        max_poll_records=500,
        allow_auto_create_topics=False,
    )
    return tolerant(consumer)


@our_errors()
def make_looking_admin(settings: KafkaSettings, client_id: str, patience_seconds: float) -> KafkaAdminClient:
    """An administration client for somebody who looks at the state of the cluster."""
    patience = round(patience_seconds * 1000)
    return KafkaAdminClient(
        **common(settings, client_id) | {"request_timeout_ms": patience, "bootstrap_timeout_ms": patience}
    )


@our_errors()
def partitions_of(consumer: KafkaConsumer, topic: str) -> set[int]:
    """The numbers of the topic's partitions; none if there is no such topic. Raises KafkaUnavailable.

    It uses private parts: kafka-python 3.0's public partitions_for_topic() has no limit while no broker answers.
    """
    cluster = consumer._cluster
    known: set[int] | None = cluster.partitions_for_topic(topic)
    if known is None:
        cluster.need_all_topic_metadata = True
        try:
            consumer._net.run(consumer._manager.wait_for, cluster.request_update(), REQUEST_SECONDS * 1000)
        finally:
            cluster.need_all_topic_metadata = False
        known = cluster.partitions_for_topic(topic)
    return known or set()


@contextmanager
def admin(settings: KafkaSettings, *, probe: bool = False) -> Iterator[KafkaAdminClient]:
    """An administration client, closed at the end. Inside, Kafka's errors are those of pedidos.errors. probe: finds out
    the version of the brokers."""
    with our_errors():
        client = make_admin(settings, probe=probe)
        try:
            yield client
        finally:
            client.close()


def partitions(topic: Topic, settings: PartitionSettings) -> int:
    """The declared number of partitions of the topic."""
    return topic.partitions or settings.partitions


@our_errors()
def committed_offsets(client: KafkaAdminClient, group: str) -> dict[TopicPartition, OffsetAndMetadata]:
    """The offsets that the group has committed, per partition. A partition without one is left out."""
    found = client.list_group_offsets(group).get(group, {})
    return {partition: offset for partition, offset in found.items() if offset.offset >= 0}


@our_errors()
def end_offsets(client: KafkaAdminClient, topic: str) -> dict[int, int]:
    """The offset behind the last record, per partition."""
    (described,) = client.describe_topics([topic])
    latest = {TopicPartition(topic, p["partition_index"]): OffsetSpec.LATEST for p in described["partitions"]}
    return {partition.partition: end.offset for partition, end in client.list_partition_offsets(latest).items()}


def create_topics(settings: TopicSettings) -> list[str]:
    """Creates the topics that do not exist yet, and lets the reader read them. Returns the names of the new ones."""
    with admin(settings) as client:
        if settings.kafka_reader is not None:
            access.let_read(client, settings.kafka_reader)
        existing = set(client.list_topics())
        missing = [topic for topic in TOPICS if topic.name not in existing]
        if missing:
            client.create_topics(
                [
                    NewTopic(
                        topic.name,
                        partitions(topic, settings),
                        settings.replication,
                        topic_configs={
                            "retention.ms": str(topic.retention_ms),
                            "min.insync.replicas": str(max(1, settings.replication - 1)),
                        },
                    )
                    for topic in missing
                ]
            )
        return [topic.name for topic in missing]
