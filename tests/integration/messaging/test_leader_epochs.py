"""Where Kafka's records of an epoch end, which shows whether what was there is lost."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import KafkaProducer

from pedidos.messaging import kafka
from pedidos.messaging.leader_epochs import LeaderEpochs
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos_local.settings import PlatformSettings
from tests.integration.tail.topics import recreate

UNKNOWN = -1


@pytest.fixture
def leaders(settings: PlatformSettings) -> Iterator[LeaderEpochs]:
    with closing(LeaderEpochs(settings)) as made:
        yield made


def test_the_records_of_an_epoch_end_where_the_topic_ends_until_there_is_a_later_leader(
    settings: PlatformSettings, leaders: LeaderEpochs
) -> None:
    producer = KafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    try:
        for partition in producer.partitions_for(EVENTS):
            producer.send(EVENTS, partition=partition, key=b"k", value=b"{}")
        producer.flush(timeout=10)
    finally:
        producer.close(timeout=5)
    with kafka.admin(settings) as client:
        there = {
            f"{topic}/{n}": end for topic in (EVENTS, PLACED) for n, end in kafka.end_offsets(client, topic).items()
        }
    epochs = leaders.read()
    assert leaders.ends(epochs) == there
    assert {key.rpartition("/")[0] for key in epochs} == set(there)
    some = next(key for key in epochs if key.startswith(EVENTS))
    assert leaders.ends({some: epochs[some]}) == {some.rpartition("/")[0]: there[some.rpartition("/")[0]]}
    assert set(leaders.ends({key: epoch + 1 for key, epoch in epochs.items()}).values()) == {UNKNOWN}
    assert leaders.ends({}) == {}

    recreate(settings)
    assert leaders.ends(epochs) == {}, "another topic of the same name"
    assert set(leaders.read()).isdisjoint(epochs)
