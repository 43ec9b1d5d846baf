"""A look reads a few records, within its limits, and moves no offset."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from pedidos.messaging import cluster_view, kafka, looking
from pedidos.messaging.looking import RecordReader
from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.topics import DEAD_LETTERS, PLACED
from pedidos.settings.groups.kafka import KafkaSettings
from tests.support.waiting import until


@pytest.fixture
def kafka_settings(kafka_bootstrap: str) -> KafkaSettings:
    return KafkaSettings(kafka_bootstrap=kafka_bootstrap)


@pytest.fixture
def reader(kafka_settings: KafkaSettings) -> RecordReader:
    return RecordReader(kafka_settings, "tests")


@pytest.fixture
def producer(kafka_settings: KafkaSettings) -> Iterator[Producer]:
    with closing(Producer(kafka_settings, "tests")) as made:
        yield made


def send(producer: Producer, topic: str, values: Sequence[bytes], key: bytes = b"key") -> int:
    """Returns the offset of the first."""
    ((first, _),) = producer.send([Record(topic, key, value, []) for value in values]).values()
    return first


def test_from_an_offset_on(reader: RecordReader, producer: Producer) -> None:
    first = send(producer, DEAD_LETTERS, [b"%d" % number for number in range(20)])
    look = reader.at_offset(DEAD_LETTERS, 0, first + 5, 10)
    assert [record.value for record in look.records] == [b"%d" % number for number in range(5, 15)]
    assert [record.offset for record in look.records] == list(range(first + 5, first + 15))
    assert reader.at_offset(DEAD_LETTERS, 0, first + 18, 10).records[-1].value == b"19"
    assert len(reader.newest(DEAD_LETTERS, 7).records) == 7


@pytest.mark.parametrize(("partition", "offset"), [(0, 2**63 - 1), (99, 0), (2**31 - 1, 0)])
def test_where_there_is_nothing(reader: RecordReader, partition: int, offset: int) -> None:
    assert reader.at_offset(DEAD_LETTERS, partition, offset, 10).records == []
    assert reader.newest("pedidos.no-such-topic", 10).records == []


def test_from_a_time_on(reader: RecordReader, producer: Producer) -> None:
    first = send(producer, DEAD_LETTERS, [b"earlier"])
    at = reader.at_offset(DEAD_LETTERS, 0, first, 1).records[0].timestamp
    moment = datetime.fromtimestamp((at + 1) / 1000, UTC)
    later = Record(DEAD_LETTERS, b"key", b"later", [])

    def written_later() -> bool:
        ((first, _),) = producer.send([later]).values()
        return bool(reader.at_offset(DEAD_LETTERS, 0, first, 1).records[0].timestamp > at)

    until(written_later, "Kafka's clock to go on")
    found = {record.value for record in reader.since(DEAD_LETTERS, moment, 10).records}
    assert found == {b"later"}
    assert reader.since(DEAD_LETTERS, datetime.now(UTC) + timedelta(days=1), 10).records == []


def test_those_of_a_key_near_its_times(
    reader: RecordReader, producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, before = str(uuid4()).encode(), datetime.now(UTC)
    for number in range(3):
        send(producer, PLACED, [b"of the key %d" % number], key)
        send(producer, PLACED, [b"of others"] * 10, b"another key")
    look = reader.of_key(PLACED, key, [before, before], 50)
    assert [record.value for record in look.records] == [b"of the key %d" % number for number in range(3)]
    assert len(reader.of_key(PLACED, key, [before], 2).records) == 2
    assert reader.of_key(PLACED, key, [datetime.now(UTC) + timedelta(days=1)], 50).records == []
    monkeypatch.setattr(looking, "LOOKED_AT", 1)
    assert reader.of_key(PLACED, key, [before], 50).looked_at <= 1


def test_a_look_has_an_end_even_if_much_is_there(
    reader: RecordReader, producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = send(producer, DEAD_LETTERS, [b"x" * 100_000] * 30)
    monkeypatch.setattr(looking, "PATIENCE_SECONDS", 0.5)
    look = reader.at_offset(DEAD_LETTERS, 0, first, 50)
    assert look.records or not look.complete
    assert len(look.records) <= 30


def test_no_group_and_no_offset_is_left_behind(
    reader: RecordReader, producer: Producer, kafka_settings: KafkaSettings
) -> None:
    send(producer, DEAD_LETTERS, [b"x"])
    with kafka.admin(kafka_settings) as client:
        before = client.list_groups()
        reader.newest(DEAD_LETTERS, 10)
        assert client.list_groups() == before


def test_the_state_of_the_cluster(producer: Producer, kafka_settings: KafkaSettings) -> None:
    send(producer, DEAD_LETTERS, [b"x"])
    with closing(kafka.make_looking_admin(kafka_settings, "tests", 5.0)) as client:
        found = cluster_view.look(client)
    (topic,) = [topic for topic in found.topics if topic.name == DEAD_LETTERS]
    (partition,) = topic.partitions
    assert partition.end > partition.first
    assert (partition.leader, partition.copies, partition.in_sync) == (1, 1, 1)
    assert partition.size
    assert [group.total for group in found.groups] == sorted((g.total for g in found.groups), reverse=True)
