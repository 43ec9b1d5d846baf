"""Reading from Kafka where a record may be one that cannot be read: the others of its batch are read all the same.

kafka-python ends a batch at a record that it cannot take apart, such as one with a header's name that is not UTF-8, and
does so again wherever in the batch it resumes. But each record says how long it is. So `forgiving` has a
consumer hand over such a record as it is, and go on behind it. A batch of which nothing can be read (packed in an
unknown way, or damaged) is Unreadable.
"""

from collections.abc import Sequence
from typing import Any

from kafka import KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord, Fetcher
from kafka.errors import CorruptRecordError, UnsupportedCodecError
from kafka.record.default_records import DefaultRecord, DefaultRecordBatch
from kafka.record.util import decode_varint
from kafka.structs import TopicPartition

from pedidos.errors import KafkaUnavailable, PedidosError

_UNREADABLE = (CorruptRecordError, UnsupportedCodecError)
"""What kafka-python raises at what it cannot take apart, and at a batch that is compressed in a way for which a library
would have to be installed."""


class NotRead(list[tuple[str, bytes | None]]):
    """In the place of the headers of a record that could not be taken apart. Its value is the record as it was sent."""

    reason = ""


def unread(record: ConsumerRecord) -> str | None:
    """Why a record could not be taken apart; None if it could."""
    return record.headers.reason if isinstance(record.headers, NotRead) else None


class Unreadable(PedidosError):
    """What the record at this place holds cannot be known. Until the consumer is moved, it finds the record again."""

    def __init__(self, partition: TopicPartition, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.partition = partition
        self.offset = offset


class _Batch(DefaultRecordBatch):  # type: ignore[misc]  # kafka-python ships no types
    """A batch that goes on behind a record that cannot be taken apart."""

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
        why = NotRead()
        why.reason = f"{type(error).__name__}: {error}"
        # What it says about its own place is not believed.
        offset = self.base_offset + self._next_record_index
        value = bytes(self._buffer[start : self._pos])
        return DefaultRecord(length, offset, self.max_timestamp, self.timestamp_type, None, value, why)


class _Records:
    """Gives such batches, in the place of kafka-python's own."""

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


def forgiving(consumer: KafkaConsumer) -> KafkaConsumer:
    """The consumer, which from now on reads past a record that it cannot take apart."""
    consumer._fetcher.PartitionRecords = _PartitionRecords  # there is no public way
    return consumer


def poll(consumer: KafkaConsumer, seconds: float) -> dict[TopicPartition, Sequence[ConsumerRecord]]:
    """The next records, waited for at most this many seconds; of a forgiving consumer some may be unread. Raises
    Unreadable, KafkaUnavailable.

    After such an error kafka-python 3.0 continues to parse the batch at which it stopped, and finds neither records nor
    an end: its next poll() would not return. It has no public way to fetch the batch again, or to learn its offset.
    """
    fetcher = consumer._fetcher
    try:
        polled: dict[TopicPartition, Sequence[ConsumerRecord]] = consumer.poll(timeout_ms=round(seconds * 1000))
    except KafkaUnavailable as error:
        if not isinstance(error.__cause__, _UNREADABLE):
            raise
        failed = fetcher._next_partition_records
        failed.drain()
        # A batch is parsed from its beginning, also to read on in the middle of it.
        offset = max(failed.next_fetch_offset, failed.fetch_offset)
        raise Unreadable(failed.topic_partition, offset, str(error)) from error
    pending = fetcher._next_in_line_exception_metadata
    if pending is not None and isinstance(pending.exception, _UNREADABLE):
        # It would be raised by the next poll, but forgotten if the partition is paused by then.
        fetcher._next_in_line_exception_metadata = None
        fetcher._next_partition_records.drain()
    return polled
