"""No process can do at Kafka what is not listed for it. That it can do what it needs, test_platform shows."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.structs import TopicPartition

from pedidos.errors import KafkaUnavailable
from pedidos.messaging import cluster_view
from pedidos.messaging.access import let_read
from pedidos.messaging.kafka import (
    admin,
    committed_offsets,
    end_offsets,
    make_group_consumer,
    make_reader,
    partitions_of,
)
from pedidos.messaging.polling import poll
from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.rights import RIGHTS, user_of
from pedidos.messaging.topics import DEAD_LETTERS, EVENTS, PLACED
from pedidos.settings.groups.kafka import KafkaSettings
from tests.integration.server_checks.asking import Flaws
from tests.servers.kafkas import PASSWORD, Kafka

Deed = Callable[[KafkaSettings], Any]


def as_user(kafka: Kafka, kind: str) -> KafkaSettings:
    return kafka.at("PLAIN", kafka_user=user_of(kind), kafka_password=PASSWORD)


def write(topic: str) -> Deed:
    def deed(settings: KafkaSettings) -> None:
        with closing(Producer(settings, "tests")) as producer:
            producer.send([Record(topic, b"key", b"value", [])])

    return deed


def read(topic: str) -> Deed:
    def deed(settings: KafkaSettings) -> None:
        with closing(make_reader(settings, "tests")) as reader:
            if not partitions_of(reader, topic):
                raise KafkaUnavailable("there is no such topic for this user")
            partition = TopicPartition(topic, 0)
            reader.assign([partition])
            reader.seek(partition, reader.end_offsets([partition])[partition])
            poll(reader, 1.0)

    return deed


def join(group: str, topic: str) -> Deed:
    def deed(settings: KafkaSettings) -> None:
        with closing(make_group_consumer(settings, "tests", group, 10)) as consumer:
            consumer.subscribe([topic])
            for _ in range(6):
                poll(consumer, 0.5)

    return deed


def make_a_topic(settings: KafkaSettings) -> None:
    with admin(settings) as client:
        client.create_topics([NewTopic("pedidos.another", 1, 1)], validate_only=True)


def alter_a_topic(settings: KafkaSettings) -> None:
    with admin(settings) as client:
        resource = [ConfigResource(ConfigResourceType.TOPIC, EVENTS, {"retention.ms": "86400000"})]
        try:
            answer = client.alter_configs(resource)
        except ValueError as error:  # kafka-python sees no configuration that it could change
            raise KafkaUnavailable(str(error)) from error
        if "TopicAuthorizationFailedError" in str(answer):
            raise KafkaUnavailable(str(answer))


def see_groups(settings: KafkaSettings) -> None:
    with admin(settings) as client:
        committed_offsets(client, "pedidos-bridge")
        if not end_offsets(client, EVENTS):
            raise KafkaUnavailable("there is no such topic for this user")


def give_rights(settings: KafkaSettings) -> None:
    with admin(settings) as client:
        let_read(client, "anyone")


def look_at_all(settings: KafkaSettings) -> None:
    with admin(settings) as client:
        found = cluster_view.look(client)
    seen = {topic.name for topic in found.topics if all(each.size is not None for each in topic.partitions)}
    if not seen >= {PLACED, EVENTS, DEAD_LETTERS}:
        raise KafkaUnavailable("not all topics and sizes are shown")


DEEDS: dict[str, tuple[Deed, set[str]]] = {
    "write new orders": (write(PLACED), {"relay", "scheduler", "operator"}),
    "write events": (write(EVENTS), {"relay", "scheduler", "operator"}),
    "write dead letters": (write(DEAD_LETTERS), {"bridge", "notifier"}),
    "read new orders": (read(PLACED), {"relay", "bridge", "web", "operator"}),
    "read events": (read(EVENTS), {"relay", "notifier", "live", "web", "operator"}),
    "read dead letters": (read(DEAD_LETTERS), {"web"}),
    "be a bridge": (join("pedidos-bridge", PLACED), {"bridge"}),
    "be a notifier": (join("pedidos-notifier", EVENTS), {"notifier"}),
    "see how far groups are": (see_groups, {"web", "scheduler", "operator"}),
    "look at the whole cluster": (look_at_all, {"web"}),
    "make a topic": (make_a_topic, {"setup"}),
    "change a topic": (alter_a_topic, set()),
    "give rights": (give_rights, set()),
}


@pytest.mark.parametrize("what", DEEDS)
def test_who_may(what: str, kafka: Kafka) -> None:
    deed, listed = DEEDS[what]
    able = set()
    for kind in RIGHTS:
        try:
            deed(as_user(kafka, kind))
        except KafkaUnavailable:
            continue
        able.add(kind)
    assert able == listed


def test_the_user_of_setup_checks_and_makes_topics(kafka: Kafka, flaws: Flaws) -> None:
    lines = flaws("kafka", **as_user(kafka, "setup").model_dump())
    assert not [line for line in lines if line.startswith("!")]
    assert [line for line in lines if "That is right if each process has a user of its own." in line]
