"""The bridge: Kafka → Celery. One poll of new orders becomes one message with many order ids.

Offsets are committed only after the task broker has taken the message, so a crash in between hints the same orders
twice, which changes nothing. While the broker is away, or the workers have enough to do, the bridge pauses: Kafka keeps
the backlog. A record that cannot be understood goes to the dead letters, and does not stop its partition.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

import structlog
from celery import Celery
from kafka import ConsumerRebalanceListener, KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord
from kafka.structs import TopicPartition
from sqlalchemy import Engine

from pedidos.crash_points import reach
from pedidos.domain.steps import FIRST
from pedidos.errors import KafkaUnavailable, RecordTooLarge, TaskBrokerUnavailable, Transient, first_line
from pedidos.messaging import kafka
from pedidos.messaging.codec import InvalidRecord, decode_placed
from pedidos.messaging.producer import Producer, Record
from pedidos.messaging.reading import Unreadable, poll, unread
from pedidos.messaging.topics import DEAD_LETTERS, PLACED
from pedidos.processes import celery_app
from pedidos.processes.entry import begin
from pedidos.processes.running import Running, freeze_gc, recovery
from pedidos.settings.processes import BridgeSettings
from pedidos.storage.dead_letters import letters
from pedidos.storage.engine import make_engine

GROUP = "pedidos-bridge"
POLL_SECONDS = 1.0
CLOSE_MS = 5000
FULL_SECONDS = 0.02
"""Until the next look at queues that were full."""

logger = structlog.get_logger()


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python ships no types
    """Whether the group has assigned this member its partitions, even if it has none. The bridge works only then."""

    def __init__(self) -> None:
        self.joined = False

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Nothing to do: offsets are committed after each poll."""

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self.joined = True
        logger.info("joined", partitions=sorted(partition.partition for partition in assigned))


class Bridge:
    """Carries one member's share of the partitions."""

    def __init__(
        self,
        settings: BridgeSettings,
        consumer: KafkaConsumer,
        producer: Producer,
        app: Celery,
        engine: Engine,
        running: Running,
    ) -> None:
        self._settings = settings
        self._consumer = consumer
        self._producer = producer
        self._app = app
        self._engine = engine
        self._running = running
        self._room = 0

    def run(self) -> None:
        """Carries until told to stop; whatever is away is waited for."""
        membership = Membership()
        self._consumer.subscribe([PLACED], listener=membership)
        self._warm_up()
        while self._running:
            if membership.joined:
                self._running.beat()
            try:
                polled = poll(self._consumer, POLL_SECONDS)
            except Unreadable as error:
                self._go_past_unreadable(error)
                continue
            except KafkaUnavailable as error:
                logger.warning("waiting", reason=first_line(error))
                self._running.wait(recovery())
                continue
            records = [record for share in polled.values() for record in share]
            if records and self._handed_over(records):
                reach("bridge.enqueued")
                self._commit()

    def _warm_up(self) -> None:
        """Connects to the task broker, so that the first order does not wait for that."""
        try:
            celery_app.queue_lengths(self._app)
        except TaskBrokerUnavailable as error:
            logger.warning("no task broker yet", reason=first_line(error))

    def _handed_over(self, records: Sequence[ConsumerRecord]) -> bool:
        """True once the workers' queue has all of the records' orders; False if told to stop before."""
        order_ids = None
        while self._running:
            try:
                if order_ids is None:
                    order_ids = self._understood(records)
                if order_ids:
                    self._wait_for_room()
                    celery_app.hint(self._app, FIRST, order_ids)
            except Transient as error:
                logger.warning("paused", reason=first_line(error))
                self._stay_in_group(recovery())
            else:
                return True
        return False

    def _understood(self, records: Sequence[ConsumerRecord]) -> list[UUID]:
        order_ids = []
        for record in records:
            why = unread(record)
            if why is not None:
                self._dead_letter(record, f"The record cannot be read. {why}")
                continue
            try:
                order_ids.append(decode_placed(record))
            except InvalidRecord as problem:
                self._dead_letter(record, str(problem))
        return order_ids

    def _go_past_unreadable(self, error: Unreadable) -> None:
        """While PostgreSQL is unavailable, the consumer finds the same record again."""
        partition = error.partition
        origin = f"{partition.topic}/{partition.partition}/{error.offset}"
        reason = f"The record cannot be read. {first_line(error)}"
        try:
            letters.write(self._engine, "bridge", origin, reason, None)
        except Transient as away:
            logger.warning("paused", reason=first_line(away))
            self._running.wait(recovery())
            return
        self._consumer.seek(partition, error.offset + 1)
        self._commit()
        logger.warning("dead letter", origin=origin, reason=reason)

    def _dead_letter(self, record: ConsumerRecord, reason: str) -> None:
        origin = f"{record.topic}/{record.partition}/{record.offset}"
        letters.write(
            self._engine, "bridge", origin, reason, None, record.value or b"", record.key, list(record.headers)
        )
        told = [("origin", origin.encode()), ("reason", reason.encode())]
        # kafka-python reads null headers, and records without key and value, but sends neither.
        headers = [(name, value or b"") for name, value in record.headers]
        value = b"" if record.key is None and record.value is None else record.value
        try:
            self._send_letter(record.key, value, [*headers, *told])
        except RecordTooLarge:
            # It was just small enough without these headers; dead letters hold its beginning, its origin the rest.
            self._send_letter(None, (value or b"")[: letters.MAX_PAYLOAD_BYTES], told)
        logger.warning("dead letter", origin=origin, reason=reason)

    def _send_letter(self, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]) -> None:
        self._producer.send([Record(DEAD_LETTERS, key, value, headers)])

    def _wait_for_room(self) -> None:
        """Looks at the queues once for as many messages as they have room for: a look costs more than a message."""
        while self._running and self._room <= 0:
            self._room = self._settings.queue_limit - sum(celery_app.queue_lengths(self._app).values())
            if self._room <= 0:
                self._stay_in_group(FULL_SECONDS)
        self._room -= 1

    def _stay_in_group(self, seconds: float) -> None:
        """Waits a moment. Polling with every partition paused brings no record, but tells the group that we live."""
        self._running.beat()
        self._consumer.pause(*self._consumer.assignment())
        try:
            early = poll(self._consumer, seconds)
            # Partitions that came just now were not paused: their records are not for now.
            for partition, records in early.items():
                self._consumer.seek(partition, records[0].offset)
        except Unreadable:
            pass  # of such a partition, and come upon again when it is for now
        except KafkaUnavailable as error:
            logger.warning("waiting", reason=first_line(error))
            self._running.wait(seconds)
        finally:
            self._consumer.resume(*self._consumer.assignment())

    def _commit(self) -> None:
        try:
            self._consumer.commit()
        except KafkaUnavailable as error:
            # The partitions moved, or no broker answers: the process that reads these records again hints once more.
            logger.warning("offsets not committed", reason=first_line(error))


def main() -> None:
    settings = begin(BridgeSettings)
    running = Running(settings.heartbeat_file)
    engine = make_engine(settings, settings.instance)
    app = celery_app.make_celery(settings)
    producer = Producer(settings, settings.instance)
    consumer = None
    while running and consumer is None:
        try:
            consumer = kafka.make_group_consumer(settings, settings.instance, GROUP, settings.bridge_batch)
        except KafkaUnavailable as error:
            logger.warning("waiting", reason=first_line(error))
            running.wait(recovery())
    if consumer is not None:
        freeze_gc()
        Bridge(settings, consumer, producer, app, engine, running).run()
        consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
        _leave(settings)
    producer.close()
    app.close()
    engine.dispose()


def _leave(settings: BridgeSettings) -> None:
    try:
        kafka.leave_group(settings, GROUP, settings.instance)
    except KafkaUnavailable as error:
        logger.warning("not taken out of the group", reason=first_line(error))


if __name__ == "__main__":
    main()
