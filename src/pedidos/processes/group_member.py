"""The life of a process of a consumer group: waits for Kafka, works until SIGTERM, leaves the group."""

from collections.abc import Callable
from typing import Generic, TypeVar

import structlog
from kafka import KafkaConsumer

from pedidos.errors import KafkaUnavailable, first_line
from pedidos.messaging import kafka
from pedidos.messaging.consumer import Consumer
from pedidos.messaging.groups import ConsumerGroup
from pedidos.processes.running import Running, freeze_gc, recovery
from pedidos.settings.processes import ConsumerSettings

MOST_RECORDS = 500
"""Default of the maximum number of records that the work gets at a time."""
CLOSE_MS = 5000

T = TypeVar("T")

logger = structlog.get_logger()


class GroupMember(Generic[T]):
    """A process of the group. make_consumer: gets the connected client of a member."""

    def __init__(
        self,
        settings: ConsumerSettings,
        group: ConsumerGroup[T],
        most_records: int,
        make_consumer: Callable[[KafkaConsumer], Consumer[T]],
        running: Running,
    ) -> None:
        self._settings = settings
        self._group = group
        self._most_records = most_records
        self._make_consumer = make_consumer
        self._running = running

    def run(self) -> None:
        client = self._connect()
        if client is None:
            return
        consumer = self._make_consumer(client)
        freeze_gc()
        consumer.run()
        client.close(autocommit=False, timeout_ms=CLOSE_MS)
        self._leave()

    def _connect(self) -> KafkaConsumer | None:
        """None if the process has to end before a broker answers."""
        while self._running:
            try:
                return kafka.make_group_consumer(
                    self._settings, self._settings.instance, self._group.id, self._most_records
                )
            except KafkaUnavailable as error:
                logger.warning("waiting", reason=first_line(error))
                self._running.wait(recovery())
        return None

    def _leave(self) -> None:
        try:
            kafka.leave_group(self._settings, self._group.id, self._settings.instance)
        except KafkaUnavailable as error:
            logger.warning("not removed from the group", reason=first_line(error))
