"""Polls a topic in which some records cannot be parsed, and reads the others all the same.

kafka-python ends a batch at a record that it cannot parse, such as one with a header name that is not UTF-8. It does so
again at every offset of the batch where it resumes. But each record states its length. So a `tolerant` consumer returns
such a record as it was sent, and continues after it. A batch of which nothing can be parsed (an unknown compression, or
damage) becomes one record without a value.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kafka import KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord, Fetcher
from kafka.errors import CorruptRecordError, UnsupportedCodecError
from kafka.record.default_records import DefaultRecord, DefaultRecordBatch
from kafka.record.util import decode_varint
from kafka.structs import TopicPartition

from pedidos.errors import KafkaUnavailable, first_line

Polled = Mapping[TopicPartition, Sequence[ConsumerRecord]]

_UNREADABLE = (CorruptRecordError, UnsupportedCodecError)
"""The errors of kafka-python for a batch that it cannot parse, or whose compression needs a library that is not
installed."""


class _NoHeaders(list[tuple[str, bytes | None]]):
    """The headers of a record that cannot be parsed: an empty list that has the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


def unreadable(record: ConsumerRecord) -> str | None:
    """Why a record cannot be parsed; None if it can. Its value is then the record as it was sent, or None."""
    return record.headers.reason if isinstance(record.headers, _NoHeaders) else None


class _Batch(DefaultRecordBatch):  # type: ignore[misc]  # kafka-python ships no types
    """A batch that continues after a record that cannot be parsed. It overrides a private method of kafka-python."""

    __slots__ = ()

    def _read_msg(self) -> DefaultRecord:
        begin = self._pos
        try:
            return super()._read_msg()
        except (ValueError, IndexError, CorruptRecordError) as error:
            record = self._as_sent(begin, error)
            if record is None:
                raise
            return record

    def _as_sent(self, begin: int, error: Exception) -> DefaultRecord | None:
        """The record as it was sent. None if its length is not readable: then the start of the next one is unknown."""
        try:
            length, start = decode_varint(self._buffer, begin)
        except (ValueError, IndexError):
            return None
        if length <= 0 or start + length > len(self._buffer):
            return None
        self._pos = start + length  # type: ignore[misc]  # a slot of the class above
        headers = _NoHeaders(f"{type(error).__name__}: {error}")
        # The record's own offset delta may be damaged too, so the records are counted.
        offset = self.base_offset + self._next_record_index
        value = bytes(self._buffer[start : self._pos])
        return DefaultRecord(length, offset, self.max_timestamp, self.timestamp_type, None, value, headers)


class _Records:
    """Returns batches of this class instead of those of kafka-python."""

    def __init__(self, records: Any) -> None:
        self._records = records

    def next_batch(self) -> Any:
        batch = self._records.next_batch()
        if type(batch) is DefaultRecordBatch:
            batch.__class__ = _Batch
        return batch


class _PartitionRecords(Fetcher.PartitionRecords):  # type: ignore[misc]
    def _unpack_records(self, tp: TopicPartition, records: Any, *deserializers: Any) -> Any:
        return super()._unpack_records(tp, _Records(records), *deserializers)


def tolerant(consumer: KafkaConsumer) -> KafkaConsumer:
    """Makes the consumer continue after records that it cannot parse. Returns the same consumer."""
    consumer._fetcher.PartitionRecords = _PartitionRecords  # private: kafka-python has no public hook
    return consumer


def poll(consumer: KafkaConsumer, seconds: float) -> Polled:
    """Waits at most this number of seconds for the next records of a tolerant consumer. Raises KafkaUnavailable.

    The consumer's position is then after all of them, including those that are `unreadable`.
    """
    fetcher = consumer._fetcher
    try:
        polled: Polled = consumer.poll(timeout_ms=round(seconds * 1000))
    except KafkaUnavailable as error:
        if not isinstance(error.__cause__, _UNREADABLE):
            raise
        return _go_past(consumer, first_line(error))
    pending = fetcher._next_in_line_exception_metadata
    if pending is not None and isinstance(pending.exception, _UNREADABLE):
        # kafka-python keeps this error for the next poll, but drops it if the partition is paused by then. Without the
        # pending error, the batch is fetched again, and the error is raised then.
        fetcher._next_in_line_exception_metadata = None
        fetcher._next_partition_records.drain()
    return polled


def _go_past(consumer: KafkaConsumer, reason: str) -> Polled:
    """Moves the consumer behind the batch that cannot be parsed.

    kafka-python 3.0 would parse the same batch again and again, and its next poll() would not return. It has no public
    way to drop the batch, or to get its offset.
    """
    failed = consumer._fetcher._next_partition_records
    failed.drain()
    partition = failed.topic_partition
    # A batch is parsed from its beginning, even if reading continues in the middle of it.
    offset = max(failed.next_fetch_offset, failed.fetch_offset)
    consumer.seek(partition, offset + 1)
    headers = _NoHeaders(reason)
    topic, number = partition
    return {partition: [ConsumerRecord(topic, number, -1, offset, -1, 0, None, None, headers, None, -1, -1, -1)]}
