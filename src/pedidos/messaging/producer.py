"""Sends records to Kafka together, waits for them, and reports the ones that did not arrive."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.structs import TopicPartition

from pedidos.errors import RecordRefused
from pedidos.messaging import kafka
from pedidos.messaging.boundary import ours
from pedidos.messaging.codec import Headers
from pedidos.settings.groups import KafkaSettings

CLOSE_SECONDS = 5.0
ABANDON_SECONDS = 1.0

logger = structlog.get_logger()


class Record(NamedTuple):
    """acknowledged: called with the partition and the offset once Kafka has the record."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    acknowledged: Callable[[int, int], None] | None = None


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
        return self._producer

    def send(self, records: Iterable[Record]) -> Acknowledged:
        """Returns the offsets of the records, once Kafka has all of them. Raises RecordRefused if any is refused,
        otherwise KafkaUnavailable. Then the outcome of the other records is unknown."""
        producer = self.connect()
        failures: list[KafkaError] = []
        sent = []
        try:
            for record in records:
                future = producer.send(record.topic, key=record.key, value=record.value, headers=record.headers)
                sent.append((record, future))
            producer.flush(timeout=kafka.REQUEST_SECONDS)
        except KafkaError as failure:
            failures.append(failure)
        acknowledged: Acknowledged = {}
        for record, future in sent:
            try:
                where = future.get(timeout=kafka.REQUEST_SECONDS)
                first, _ = acknowledged.get(where.topic_partition, (where.offset, None))
                acknowledged[where.topic_partition] = (first, where.offset)
                if record.acknowledged is not None:
                    record.acknowledged(where.topic_partition.partition, where.offset)
            except KafkaError as failure:
                failures.append(failure)
                if isinstance(failure, KafkaTimeoutError):
                    break  # waiting for each of the others would take as long
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
