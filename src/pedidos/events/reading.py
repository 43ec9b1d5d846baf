"""Reading from Kafka where a record may be one that cannot be read: it is told where it is, and the rest is read on."""

from collections.abc import Sequence

from kafka import KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import CorruptRecordError, UnsupportedCodecError
from kafka.structs import TopicPartition

_UNREADABLE = (CorruptRecordError, UnsupportedCodecError)
"""What kafka-python raises at a record that it cannot take apart: one with a header's name that is not UTF-8, or of a
batch that is compressed in a way for which a library would have to be installed."""


class Unreadable(Exception):
    """What the record at this place holds cannot be known. Until the consumer is moved, it is come upon again."""

    def __init__(self, partition: TopicPartition, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.partition = partition
        self.offset = offset


def poll(consumer: KafkaConsumer, seconds: float) -> dict[TopicPartition, Sequence[ConsumerRecord]]:
    """The next records, waited for so long. Raises Unreadable, and one of kafka.UNAVAILABLE.

    kafka-python 3.0 goes on to look for more in what it has stopped at, and finds neither records nor an end: its next
    poll() would not return. There is no public way to have it fetch anew, nor to learn where it was.
    """
    fetcher = consumer._fetcher
    try:
        polled: dict[TopicPartition, Sequence[ConsumerRecord]] = consumer.poll(timeout_ms=round(seconds * 1000))
    except _UNREADABLE as error:
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
