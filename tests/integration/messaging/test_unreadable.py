"""Records that kafka-python cannot parse, among others, as Kafka gives them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.consumer.fetcher import ConsumerRecord
from kafka.record import default_records

from pedidos.messaging import kafka
from pedidos.messaging.polling import poll
from pedidos.messaging.unreadable import unreadable
from pedidos.settings.groups.kafka import KafkaSettings
from pedidos_drills.faults.poison import NotUtf8

POLL_SECONDS = 0.2
POLLS = 100
RUN = b"a" * 500

Send = Callable[..., None]


@pytest.fixture
def partition(kafka_bootstrap: str) -> Iterator[TopicPartition]:
    topic = f"reading-{uuid4()}"
    with kafka.admin(KafkaSettings(kafka_bootstrap=kafka_bootstrap)) as client:
        client.create_topics([NewTopic(topic, 1, 1)])
        yield TopicPartition(topic, 0)
        client.delete_topics([topic])


@pytest.fixture
def consumer(kafka_bootstrap: str, partition: TopicPartition) -> Iterator[KafkaConsumer]:
    reader = kafka.make_reader(KafkaSettings(kafka_bootstrap=kafka_bootstrap), "tests")
    reader.assign([partition])
    reader.seek_to_beginning()
    yield reader
    reader.close()


@pytest.fixture
def send(kafka_bootstrap: str, partition: TopicPartition) -> Iterator[Send]:
    """Sends records in one batch, each with a header of the name given for it."""
    producer = kafka.make_producer(KafkaSettings(kafka_bootstrap=kafka_bootstrap), "tests")

    def send_batch(*names: str) -> None:
        for name in names:
            producer.send(partition.topic, partition=0, value=RUN, headers=[(name, b"1")])
        producer.flush(10)

    yield send_batch
    producer.close(timeout=5)


@pytest.fixture
def send_packed(kafka_bootstrap: str, partition: TopicPartition, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Sends a record that is compressed with zstd, for which no library is there."""

    def send() -> None:
        with monkeypatch.context() as patched:
            codec = default_records.DefaultRecordBatch.CODEC_ZSTD
            patched.setitem(KafkaProducer._COMPRESSORS, "zstd", (lambda: True, codec))
            patched.setattr(default_records.codecs, "has_zstd", lambda: True)
            patched.setattr(default_records, "zstd_encode", zstd)
            producer = KafkaProducer(bootstrap_servers=kafka_bootstrap, compression_type="zstd")
            producer.send(partition.topic, partition=0, value=RUN).get(10)
            producer.close(timeout=5)

    return send


def read(consumer: KafkaConsumer, end: int) -> tuple[list[int], list[int]]:
    """The offsets of the records that were read up to the end, and of those that could not be."""
    found: list[int] = []
    passed: list[int] = []
    (partition,) = consumer.assignment()
    for polls in count():
        if consumer.position(partition) == end:
            return found, passed
        assert polls < POLLS
        for record in (record for records in poll(consumer, POLL_SECONDS).values() for record in records):
            (found if unreadable(record) is None else passed).append(record.offset)
    raise AssertionError


def read_records(consumer: KafkaConsumer) -> list[Sequence[ConsumerRecord]]:
    """The first poll that has any."""
    for _ in range(POLLS):
        polled = poll(consumer, POLL_SECONDS)
        if polled:
            return list(polled.values())
    raise AssertionError("there are no records")


def read_first(consumer: KafkaConsumer) -> list[int]:
    """The offsets of the records of the first poll that has any."""
    return [record.offset for records in read_records(consumer) for record in records]


def zstd(data: memoryview) -> bytes:
    """A frame of one segment (RFC 8878): what is before the run as it is, the run as one byte, what is behind it."""
    before, _, behind = bytes(data).partition(RUN)
    frame = b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little")
    for content, size, last_and_kind in (
        (before, len(before), 0b000),
        (RUN[:1], len(RUN), 0b010),
        (behind, len(behind), 0b001),
    ):
        frame += (size << 3 | last_and_kind).to_bytes(3, "little") + content
    return frame


def test_what_stands_beside_an_unreadable_record_is_read(consumer: KafkaConsumer, send: Send) -> None:
    send("a", "b", NotUtf8("c"), "d", NotUtf8("e"), NotUtf8("f"), "g")
    send(NotUtf8("h"))
    send("i")
    assert read(consumer, 9) == ([0, 1, 3, 6, 8], [2, 4, 5, 7])


def test_reading_begins_behind_an_unreadable_record(
    consumer: KafkaConsumer, send: Send, partition: TopicPartition
) -> None:
    send("a", NotUtf8("b"), "c")
    consumer.seek(partition, 2)
    assert read(consumer, 3) == ([2], [])


def test_an_unreadable_record_is_handed_over_as_it_was_sent(consumer: KafkaConsumer, send: Send) -> None:
    send(NotUtf8("a"))
    ((record,),) = read_records(consumer)
    assert (record.offset, record.key, list(record.headers)) == (0, None, [])
    assert RUN in record.value
    assert "utf-8" in str(unreadable(record))


def test_an_unknown_compression_is_one_record_without_a_value(
    consumer: KafkaConsumer, send: Send, send_packed: Callable[[], None], partition: TopicPartition
) -> None:
    send("a")
    send_packed()
    send("c")
    assert read_first(consumer) == [0]
    ((record,),) = read_records(consumer)
    assert (record.topic, record.partition, record.offset) == (*partition, 1)
    assert (record.key, record.value, list(record.headers)) == (None, None, [])
    assert "zstd" in str(unreadable(record))
    assert read_first(consumer) == [2]


def test_the_same_record_is_met_again_after_going_back(
    consumer: KafkaConsumer, send: Send, send_packed: Callable[[], None], partition: TopicPartition
) -> None:
    send_packed()
    send("b")
    assert read_first(consumer) == [0]
    consumer.seek(partition, 0)
    assert read(consumer, 2) == ([1], [0])


def test_an_unknown_compression_is_met_after_a_pause(
    consumer: KafkaConsumer, send: Send, send_packed: Callable[[], None], partition: TopicPartition
) -> None:
    send("a")
    send_packed()
    send("c")
    assert read_first(consumer) == [0]
    consumer.pause(partition)
    assert poll(consumer, POLL_SECONDS) == {}
    consumer.resume(partition)
    assert read(consumer, 3) == ([2], [1])


def test_a_batch_of_unknown_compression_is_skipped(
    consumer: KafkaConsumer, send: Send, send_packed: Callable[[], None]
) -> None:
    send("a")
    send_packed()
    send("c")
    assert read(consumer, 3) == ([0, 2], [1])
