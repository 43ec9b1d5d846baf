"""Records on their way to Kafka: sent together, waited for, and told apart when some do not arrive."""

from collections.abc import Iterable
from typing import NamedTuple

import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError
from kafka.structs import TopicPartition

from pedidos.messaging import kafka
from pedidos.messaging.codec import Headers
from pedidos.settings import Settings

CLOSE_SECONDS = 5.0
ABANDON_SECONDS = 1.0

logger = structlog.get_logger()


class Record(NamedTuple):
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


Acknowledged = dict[TopicPartition, tuple[int, int]]
"""Offsets of the first and the last record that each partition got."""


class Producer:
    """Connects when it is first needed. close() when done."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._producer: KafkaProducer | None = None

    def connect(self) -> KafkaProducer:
        """Raises one of kafka.UNAVAILABLE."""
        if self._producer is None:
            self._producer = kafka.make_producer(self._settings, self._client_id)
        return self._producer

    def send(self, records: Iterable[Record]) -> Acknowledged:
        """Returns when Kafka has them all: where. Raises one of kafka.REFUSED if any is refused, else of
        kafka.UNAVAILABLE; then nothing is known of the others."""
        producer = self.connect()
        failures: list[Exception] = []
        sent = []
        try:
            for record in records:
                sent.append(producer.send(record.topic, key=record.key, value=record.value, headers=record.headers))
            producer.flush(timeout=kafka.REQUEST_SECONDS)
        except kafka.UNAVAILABLE as failure:
            failures.append(failure)
        acknowledged: Acknowledged = {}
        for future in sent:
            try:
                told = future.get(timeout=kafka.REQUEST_SECONDS)
                first, _ = acknowledged.get(told.topic_partition, (told.offset, None))
                acknowledged[told.topic_partition] = (first, told.offset)
            except kafka.UNAVAILABLE as failure:
                failures.append(failure)
                if isinstance(failure, KafkaTimeoutError):
                    break  # each of the others would be waited for as long
        if failures:
            self._abandon(producer)
            raise next((failure for failure in failures if isinstance(failure, kafka.REFUSED)), failures[0])
        return acknowledged

    def _abandon(self, producer: KafkaProducer) -> None:
        """Ends a producer with all that it holds; the next records get a new one.

        An idempotent producer of kafka-python that a broker has refused something fails with the same error for ever
        after; one that has given a batch up, because no answer came in time, sends nothing any more. And what it still
        holds is sent again by the caller: it must not come in between later.
        """
        self._producer = None
        # close() would wait for what is under way first, and end nothing if that takes too long.
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
