"""The local Kafka with topics that are not as declared."""

from collections.abc import Iterator

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from pedidos.messaging.kafka import admin
from pedidos.messaging.topics import DEAD_LETTERS
from pedidos.settings.groups.kafka import KafkaSettings
from tests.integration.server_checks.asking import Flaws


@pytest.fixture
def client(kafka_bootstrap: str) -> Iterator[KafkaAdminClient]:
    """What a test sets of the dead letters' topic is as it was afterwards."""
    with admin(KafkaSettings(kafka_bootstrap=kafka_bootstrap)) as client:
        (kept,) = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, DEAD_LETTERS)])["topic"].values()
        yield client
        settings = {name: each["value"] for name, each in kept.items()}
        changed = dict.fromkeys(CHANGED, None) | settings
        client.reset_configs([ConfigResource(ConfigResourceType.TOPIC, DEAD_LETTERS, list(CHANGED))])
        client.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, DEAD_LETTERS, {n: v for n, v in changed.items() if v})]
        )


CHANGED = ("cleanup.policy", "max.message.bytes", "retention.bytes")


def test_a_fit_server_has_no_flaws(flaws: Flaws, kafka_bootstrap: str) -> None:
    assert not flaws("kafka", kafka_bootstrap=kafka_bootstrap)


def test_other_partitions_than_set(flaws: Flaws, kafka_bootstrap: str) -> None:
    assert flaws("kafka", kafka_bootstrap=kafka_bootstrap, partitions=4) == [
        f"Kafka: {name} has 6 partitions, not 4. Set PEDIDOS_PARTITIONS to 6."
        for name in ("pedidos.orders.placed", "pedidos.orders.events")
    ]


def test_fewer_copies_than_set(flaws: Flaws, kafka_bootstrap: str) -> None:
    lines = flaws("kafka", kafka_bootstrap=kafka_bootstrap, replication=3)
    assert [line.partition(" Add some")[0] for line in lines] == [
        f"Kafka: {name} has 1 copies of a partition, not 3."
        for name in ("pedidos.orders.placed", "pedidos.orders.events", DEAD_LETTERS)
    ]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("cleanup.policy", "compact", f"! Kafka: {DEAD_LETTERS} has cleanup.policy compact"),
        ("max.message.bytes", "1000", f"! Kafka: {DEAD_LETTERS} has max.message.bytes 1000"),
        ("retention.bytes", "1000000", f"Kafka: {DEAD_LETTERS} has retention.bytes 1000000"),
    ],
)
def test_a_topic_with_other_settings(
    flaws: Flaws, client: KafkaAdminClient, kafka_bootstrap: str, name: str, value: str, said: str
) -> None:
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, DEAD_LETTERS, {name: value})])
    (line,) = flaws("kafka", kafka_bootstrap=kafka_bootstrap)
    assert line.startswith(said)
