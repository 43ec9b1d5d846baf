"""Kafka: version, brokers, and the topics compared with the declared ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import AuthorizationError

from pedidos.errors import KafkaUnavailable, first_line
from pedidos.messaging.diagnosis import why
from pedidos.messaging.kafka import BATCH_BYTES, admin, partitions
from pedidos.messaging.topics import TOPICS, Topic
from pedidos.sentence import Sentence
from pedidos.server_checks.findings import Away, Examined, Flaw
from pedidos.settings.groups.kafka import PartitionSettings, TopicSettings

NAME = "Kafka"
OLDEST = (4, 0)
NEEDED = frozenset({"DESCRIBE"})
"""What the user of `setup` and `topics` needs on each topic."""
OF_PROCESSES = frozenset({"READ", "WRITE"})
"""What it needs too, if the processes log in as the same user."""
OVERHEAD_BYTES = 1024
"""The size of a batch of records beyond the size at which it is sent."""


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """copies: of the partition with the fewest. headless: partitions without a leader. may: our permissions."""

    partitions: int
    copies: int
    headless: int = 0
    may: frozenset[str] = NEEDED | OF_PROCESSES
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """may: our permissions on the cluster. topics: those of ours that exist."""

    version: tuple[int, ...]
    brokers: int
    may: frozenset[str]
    topics: Mapping[str, TopicFacts]


def examine(settings: TopicSettings) -> Examined:
    """Raises Away."""
    reason = why(settings)
    if reason is not None:
        return Examined(NAME, Sentence("refuses us"), [Flaw(NAME, *reason)])
    try:
        with admin(settings, probe=True) as client:
            facts = look(client)
    except KafkaUnavailable as error:
        if isinstance(error.__cause__, AuthorizationError):
            advice = Sentence("Let the platform describe, read and write its topics, and describe their configuration.")
            what = Sentence("It does not allow what we ask ({reason}).", reason=first_line(error))
            return Examined(NAME, Sentence("refuses us"), [Flaw(NAME, what, advice)])
        raise Away(NAME, first_line(error)) from error
    seen = f"{'.'.join(map(str, facts.version))}, {facts.brokers} broker{'s' if facts.brokers != 1 else ''}"
    return Examined(NAME, seen, list(flaws(facts, settings)))


def look(client: KafkaAdminClient) -> ClusterFacts:
    """Asks Kafka; raises KafkaError."""
    cluster = client.describe_cluster()
    existing = set(client.list_topics())
    names = [topic.name for topic in TOPICS if topic.name in existing]
    kept = _configurations(client, names)
    return ClusterFacts(
        version=tuple(client.get_broker_version_data(cluster["brokers"][0]["broker_id"]).broker_version),
        brokers=len(cluster["brokers"]),
        may=frozenset(cluster["authorized_operations"]),
        topics={each["name"]: _topic(each, kept[each["name"]]) for each in client.describe_topics(names)}
        if names
        else {},
    )


def _configurations(client: KafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found = client.describe_configs(resources, config_filter="all")["topic"]
    return {name: {key: str(each["value"]) for key, each in kept.items()} for name, kept in found.items()}


def _topic(described: Mapping[str, Any], kept: Mapping[str, str]) -> TopicFacts:
    parts = described["partitions"]
    return TopicFacts(
        partitions=len(parts),
        copies=min(len(part["replica_nodes"]) for part in parts),
        headless=sum(part["leader_id"] < 0 for part in parts),
        may=frozenset(described["authorized_operations"]),
        settings=kept,
    )


def flaws(facts: ClusterFacts, settings: PartitionSettings) -> Iterator[Flaw]:
    """What is wrong with this cluster. Missing topics are not a problem: they are created."""
    if facts.version < OLDEST:
        seen = ".".join(map(str, facts.version))
        yield Flaw(
            NAME, Sentence("It is version {seen}.", seen=seen), Sentence("Use {oldest} or newer.", oldest=OLDEST[0])
        )
    missing = [topic.name for topic in TOPICS if topic.name not in facts.topics]
    if missing and "CREATE" not in facts.may:
        what = Sentence("It does not let us make the topics {missing}.", missing=", ".join(missing))
        yield Flaw(NAME, what, Sentence("Allow it, or make them as docs/operations.md says."))
    if missing and facts.brokers < settings.replication:
        what = Sentence(
            "It has {brokers} brokers; there should be {replication} copies of each topic.",
            brokers=facts.brokers,
            replication=settings.replication,
        )
        yield Flaw(NAME, what, Sentence("Set PEDIDOS_REPLICATION to {brokers}, or add brokers.", brokers=facts.brokers))
    for topic in TOPICS:
        if topic.name in facts.topics:
            yield from topic_flaws(topic, facts.topics[topic.name], settings)


def topic_flaws(topic: Topic, facts: TopicFacts, settings: PartitionSettings) -> Iterator[Flaw]:
    """What is wrong with a topic that exists."""
    name = topic.name
    needed = NEEDED | OF_PROCESSES
    if not facts.may >= needed:
        what = Sentence(
            "We may not {needed} the topic {name}.", needed=", ".join(sorted(needed - facts.may)).lower(), name=name
        )
        # The user of `setup` alone neither reads nor writes.
        own_user = facts.may >= NEEDED and not facts.may & OF_PROCESSES
        advice = (
            Sentence("That is right if each process has a user of its own. Otherwise allow it.")
            if own_user
            else Sentence("Allow it to the user of the platform.")
        )
        yield Flaw(NAME, what, advice, fatal=not own_user)
    if facts.headless:
        what = Sentence(
            "{headless} of {partitions} partitions of {name} have no leader.",
            headless=facts.headless,
            partitions=facts.partitions,
            name=name,
        )
        yield Flaw(NAME, what, Sentence("Start the brokers that hold them."), fatal=False)
    wanted = partitions(topic, settings)
    more_will_do = topic.partitions is not None and facts.partitions > wanted
    if facts.partitions != wanted and not more_will_do:
        advice = (
            Sentence("Make it again with as many as declared.")
            if topic.partitions
            else Sentence("Set PEDIDOS_PARTITIONS to {partitions}.", partitions=facts.partitions)
        )
        yield Flaw(
            NAME,
            Sentence(
                "{name} has {partitions} partitions, not {wanted}.",
                name=name,
                partitions=facts.partitions,
                wanted=wanted,
            ),
            advice,
            fatal=False,
        )
    if facts.copies < settings.replication:
        what = Sentence(
            "{name} has {copies} copies of a partition, not {replication}.",
            name=name,
            copies=facts.copies,
            replication=settings.replication,
        )
        yield Flaw(
            NAME, what, Sentence("Add some with kafka-reassign-partitions, or lower PEDIDOS_REPLICATION."), fatal=False
        )
    yield from _setting_flaws(topic, facts)


def _setting_flaws(topic: Topic, facts: TopicFacts) -> Iterator[Flaw]:
    kept, name = facts.settings, topic.name
    policy = kept.get("cleanup.policy", "delete")
    if policy != "delete":
        what = Sentence(
            "{name} has cleanup.policy {policy}: earlier events of an order are removed.", name=name, policy=policy
        )
        yield Flaw(NAME, what, Sentence("Set it to delete."))
    needed = int(kept.get("min.insync.replicas", 1))
    if needed > facts.copies:
        what = Sentence(
            "{name} has min.insync.replicas {needed} and {copies} copies: it takes no record.",
            name=name,
            needed=needed,
            copies=facts.copies,
        )
        yield Flaw(NAME, what, Sentence("Lower the one, or add copies."))
    largest = int(kept.get("max.message.bytes", BATCH_BYTES + OVERHEAD_BYTES))
    if largest < BATCH_BYTES + OVERHEAD_BYTES:
        what = Sentence(
            "{name} has max.message.bytes {largest}; our batches have up to {batch_bytes}.",
            name=name,
            largest=largest,
            batch_bytes=BATCH_BYTES + OVERHEAD_BYTES,
        )
        yield Flaw(NAME, what, Sentence("Raise it, or events are published without their detail."))
    retention = int(kept.get("retention.ms", -1))
    if 0 <= retention < topic.retention_ms:
        what = Sentence(
            "{name} keeps records for {retention:.1f} hours, not {retention_ms}.",
            name=name,
            retention=retention / 3600000,
            retention_ms=topic.retention_ms // 3600000,
        )
        yield Flaw(
            NAME,
            what,
            Sentence("Raise retention.ms: what is removed unread is found by the watchdog only."),
            fatal=False,
        )
    if int(kept.get("retention.bytes", -1)) >= 0:
        what = Sentence(
            "{name} has retention.bytes {retention_bytes}: records leave before their time under load.",
            name=name,
            retention_bytes=kept["retention.bytes"],
        )
        yield Flaw(NAME, what, Sentence("Set it to -1."), fatal=False)
