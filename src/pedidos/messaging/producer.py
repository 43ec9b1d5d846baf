"""Sends records to Kafka together, waits for them, and reports the ones that did not arrive."""

from collections import defaultdict
from collections.abc import Iterable

import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.structs import TopicPartition

from pedidos.errors import RecordRefused
from pedidos.messaging import kafka
from pedidos.messaging.boundary import ours
from pedidos.messaging.partitioning import partition_of
from pedidos.messaging.record_batches import Batch, FailedBatch, Record, SentBatch, enqueue, keep_whole, pack
from pedidos.settings.groups.kafka import KafkaSettings

CLOSE_SECONDS = 5.0
ABANDON_SECONDS = 1.0

logger = structlog.get_logger()

Acknowledged = dict[TopicPartition, tuple[int, int]]
"""The offsets of the first and the last record in each partition."""


class Producer:
    """Connects when it is first needed. Call close() when done."""

    def __init__(self, settings: KafkaSettings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._producer: KafkaProducer | None = None

    def connect(self) -> KafkaProducer:
        """Raises KafkaUnavailable."""
        if self._producer is None:
            self._producer = kafka.make_producer(self._settings, self._client_id)
            keep_whole(self._producer)
        return self._producer

    def send(self, records: Iterable[Record]) -> Acknowledged:
        """Returns the offsets of the records, once Kafka has all of them. Raises RecordRefused if any is refused,
        otherwise KafkaUnavailable. Then the outcome of the other records is unknown."""
        producer = self.connect()
        failures: list[KafkaError] = []
        sent: list[SentBatch] = []
        try:
            for batch in _batches(producer, records):
                sent.append(enqueue(producer, batch))
            producer.flush(timeout=kafka.REQUEST_SECONDS)
        except KafkaError as failure:
            failures.append(failure)
        acknowledged: Acknowledged = {}
        for each in sent:
            try:
                _acknowledge(each, acknowledged)
            except FailedBatch as failed:
                failures += failed.errors
            except KafkaTimeoutError as failure:
                failures.append(failure)
        if failures:
            self._abandon(producer)
            worst = next((failure for failure in failures if isinstance(ours(failure), RecordRefused)), failures[0])
            raise ours(worst) from worst
        return acknowledged

    def _abandon(self, producer: KafkaProducer) -> None:
        """Ends a producer and drops the records that it holds. The next records get a new producer.

        After a broker has refused a record, an idempotent producer of kafka-python fails with the same error forever.
        After it has given up a batch without an answer in time, it sends nothing any more. The caller sends the records
        that it still holds again, so they must not arrive in between later.
        """
        self._producer = None
        # Private to kafka-python. close() alone waits for requests in flight, and ends nothing if that takes too long.
        producer._sender.force_close()
        try:
            producer.close(timeout=ABANDON_SECONDS)
        except KafkaTimeoutError as problem:
            logger.warning("a producer is ending late", reason=str(problem))

    def close(self) -> None:
        if self._producer is not None:
            try:
                self._producer.close(timeout=CLOSE_SECONDS)
            except KafkaTimeoutError:
                self._abandon(self._producer)


def _batches(producer: KafkaProducer, records: Iterable[Record]) -> list[Batch]:
    """The records, packed per partition. All are packed before the first one is sent, so that what is too large for the
    client is noticed in time. Raises KafkaError."""
    partitions: dict[str, int] = {}
    groups: defaultdict[TopicPartition, list[Record]] = defaultdict(list)
    for record in records:
        topic, key = record.topic, record.key
        if topic not in partitions:
            partitions[topic] = len(producer.partitions_for(topic))
        if key is None:
            number = producer._partition(
                topic, None, None, record.value, None, record.value
            )  # one of those with a leader
        else:
            number = partition_of(key, partitions[topic])
        groups[TopicPartition(topic, number)].append(record)
    most = producer.config["max_request_size"]
    return [batch for partition, group in groups.items() for batch in pack(partition, group, kafka.BATCH_BYTES, most)]


def _acknowledge(sent: SentBatch, acknowledged: Acknowledged) -> None:
    """Notes the offsets of the batch. Raises FailedBatch, and KafkaTimeoutError if there is no answer."""
    begin, partition = sent.offset(), sent.partition
    last = begin + len(sent.records) - 1 if begin >= 0 else begin
    first, _ = acknowledged.get(partition, (begin, last))
    acknowledged[partition] = (first, last)
    for index, record in enumerate(sent.records):
        if record.acknowledged is not None:
            record.acknowledged(partition.partition, begin + index if begin >= 0 else begin)
