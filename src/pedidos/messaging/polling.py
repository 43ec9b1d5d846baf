"""Polls a topic in which some records cannot be parsed, and reads the others all the same."""

from collections.abc import Mapping, Sequence

from kafka import KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import SaslAuthenticationFailedError
from kafka.structs import TopicPartition

from pedidos.errors import KafkaUnavailable, first_line
from pedidos.messaging.login import forget_refusals
from pedidos.messaging.unreadable import UNPARSED_ERRORS, unparsed_batch

Polled = Mapping[TopicPartition, Sequence[ConsumerRecord]]


def poll(consumer: KafkaConsumer, seconds: float) -> Polled:
    """Waits at most this number of seconds for the next records of a tolerant consumer. Raises KafkaUnavailable.

    The consumer's position is then after all of them, including those that are `unreadable`.
    """
    fetcher = consumer._fetcher
    try:
        polled: Polled = consumer.poll(timeout_ms=round(seconds * 1000))
    except KafkaUnavailable as error:
        if isinstance(error.__cause__, SaslAuthenticationFailedError):
            forget_refusals(consumer)
        if not isinstance(error.__cause__, UNPARSED_ERRORS):
            raise
        return _go_past(consumer, first_line(error))
    pending = fetcher._next_in_line_exception_metadata
    if pending is not None and isinstance(pending.exception, UNPARSED_ERRORS):
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
    return {partition: [unparsed_batch(partition, offset, reason)]}
