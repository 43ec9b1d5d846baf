"""Records that cannot be parsed: a tolerant consumer returns them as they were sent, and continues after them.

kafka-python ends a batch at a record that it cannot parse, such as one with a header name that is not UTF-8. It does so
again at every offset of the batch where it resumes. But each record states its length, so the next one can be found. A
batch of which nothing can be parsed (an unknown compression, or damage) becomes one record without a value; see
`polling`.
"""

from typing import Any

from kafka import KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord, Fetcher
from kafka.errors import CorruptRecordError, UnsupportedCodecError
from kafka.record.default_records import DefaultRecord, DefaultRecordBatch
from kafka.record.util import decode_varint
from kafka.structs import TopicPartition

UNPARSED_ERRORS = (CorruptRecordError, UnsupportedCodecError)
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


def unparsed_batch(partition: TopicPartition, offset: int, reason: str) -> ConsumerRecord:
    """Stands for a batch of which nothing can be parsed: a record without a value, which is `unreadable`."""
    topic, number = partition
    return ConsumerRecord(topic, number, -1, offset, -1, 0, None, None, _NoHeaders(reason), None, -1, -1, -1)
