"""Packs the records of a partition into record batches, byte for byte as kafka-python's own builder does.

kafka-python takes records one at a time: it measures each twice, writes it byte by byte, and makes a future for it.
Here the bytes of a whole batch are joined at once, and the batch has one future. A batch then goes into the queue of
kafka-python's sender, which numbers it, sends it and repeats it like any other.

This uses private parts of kafka-python, so its version is pinned, and tests compare the bytes.

Source: the message format v2, https://kafka.apache.org/documentation/#messageformat
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kafka import KafkaProducer
from kafka.errors import IllegalStateError, KafkaError, KafkaTimeoutError, MessageSizeTooLargeError
from kafka.producer.future import FutureProduceResult
from kafka.producer.producer_batch import ProducerBatch
from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.memory_records import MemoryRecordsBuilder
from kafka.record.util import encode_varint
from kafka.structs import TopicPartition

from pedidos.messaging.codec import Headers

HEADER_BYTES: int = DefaultRecordBatchBuilder.header_size_in_bytes()

_FORMAT, _UNCOMPRESSED = 2, 0
_NO_ATTRIBUTES_NO_DELAY = b"\0\0"
"""All records of a batch have its timestamp."""


class Record(NamedTuple):
    """acknowledged: called with the partition and the offset once Kafka has the record."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    acknowledged: Callable[[int, int], None] | None = None


class Batch(NamedTuple):
    """The record batch of some records, in their order."""

    partition: TopicPartition
    records: Sequence[Record]
    content: MemoryRecordsBuilder


class FailedBatch(Exception):
    """errors: what Kafka says about each record of the batch."""

    def __init__(self, errors: Sequence[KafkaError]) -> None:
        super().__init__(str(errors[0]))
        self.errors = errors


class SentBatch(NamedTuple):
    """A batch in the queue of the sender."""

    partition: TopicPartition
    records: Sequence[Record]
    answer: FutureProduceResult

    def offset(self) -> int:
        """The offset of the first record, if Kafka has the batch by now; -1 if it had it from an earlier try.

        Raises FailedBatch, and KafkaTimeoutError if there is no answer.
        """
        if not self.answer.is_done:
            raise KafkaTimeoutError(f"There is no answer about {len(self.records)} records for {self.partition}.")
        first, _, error_of = self.answer.value
        if error_of is not None:
            raise FailedBatch([error_of(index) for index in range(len(self.records))])
        offset: int = first
        return offset


def keep_whole(producer: KafkaProducer) -> None:
    """From now on the sender does not split a batch that the broker finds too large: the batch fails instead.

    It would wait for answers to records of which it has no futures.
    """
    producer._sender._can_split = lambda _batch, _error: False


def enqueue(producer: KafkaProducer, batch: Batch) -> SentBatch:
    """Puts the batch behind the others of its partition. It is sent when the producer is flushed."""
    queued = ProducerBatch(batch.partition, batch.content)
    accumulator = producer._accumulator
    with accumulator._tp_lock(batch.partition):
        if accumulator._closed:
            raise IllegalStateError("The producer is closed.")
        accumulator._batches[batch.partition].append(queued)
        accumulator._incomplete.add(queued)
    return SentBatch(batch.partition, batch.records, queued.produce_future)


def pack(partition: TopicPartition, records: Iterable[Record], batch_bytes: int, most_bytes: int) -> Iterator[Batch]:
    """The batches of the records, which all go to this partition. A batch has at most batch_bytes, unless it is one
    record. Raises MessageSizeTooLargeError if that has more than most_bytes."""
    now = int(time.time() * 1000)
    packed: list[Record] = []
    parts: list[bytes] = []
    size = HEADER_BYTES
    for record in records:
        body = _body(record)
        whole = _whole(len(packed), body)
        if packed and size + len(whole) > batch_bytes:
            yield Batch(partition, packed, _content(parts, now, batch_bytes))
            packed, parts, size = [], [], HEADER_BYTES
            whole = _whole(0, body)
        if HEADER_BYTES + len(whole) > most_bytes:
            raise MessageSizeTooLargeError(f"The record has {len(whole)} bytes. At most {most_bytes} can be sent.")
        packed.append(record)
        parts.append(whole)
        size += len(whole)
    if packed:
        yield Batch(partition, packed, _content(parts, now, batch_bytes))


def _content(parts: Sequence[bytes], timestamp_ms: int, batch_bytes: int) -> MemoryRecordsBuilder:
    """kafka-python's builder, in the state in which it is after these records were added to it."""
    content = MemoryRecordsBuilder(_FORMAT, _UNCOMPRESSED, batch_bytes)
    builder = content._builder
    builder._buffer += b"".join(parts)
    builder._first_timestamp = builder._max_timestamp = timestamp_ms
    builder._last_offset = len(parts) - 1
    builder._num_records = content._next_offset = len(parts)
    return content


def _whole(index: int, body: bytes) -> bytes:
    place = _NUMBERS[index]
    return b"".join((_NUMBERS[2 + len(place) + len(body)], _NO_ATTRIBUTES_NO_DELAY, place, body))


def _body(record: Record) -> bytes:
    """The part of the record that does not depend on its place in the batch."""
    _, key, value, headers, _ = record
    parts = [
        _NULL if key is None else _NUMBERS[len(key)],
        key or b"",
        _NULL if value is None else _NUMBERS[len(value)],
        value or b"",
        _NUMBERS[len(headers)],
    ]
    for name, text in headers:
        parts += (_name(name), _NUMBERS[len(text)], text)
    return b"".join(parts)


def _encode(number: int) -> bytes:
    encoded = bytearray()
    encode_varint(number, encoded.append)
    return bytes(encoded)


class _Numbers(dict[int, bytes]):
    """Numbers as they are written before a text. The small ones are encoded once."""

    def __missing__(self, number: int) -> bytes:
        return _encode(number)


_NUMBERS = _Numbers((number, _encode(number)) for number in range(4096))
_NULL = _encode(-1)


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    encoded = name.encode()
    return _encode(len(encoded)) + encoded
