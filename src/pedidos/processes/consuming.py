"""What surrounds the work of every process of a consumer group: settings, PostgreSQL, dead letters, start and end."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from kafka import KafkaConsumer
from sqlalchemy import Engine

from pedidos.dead_letters.writer import DeadLetterWriter
from pedidos.domain.dead_letter_limit import DeadLetterLimit
from pedidos.errors import KafkaUnavailable, first_line
from pedidos.messaging import kafka
from pedidos.messaging.consumer import Consumer, Work
from pedidos.messaging.groups import ConsumerGroup
from pedidos.messaging.producer import Producer
from pedidos.processes.entry import begin
from pedidos.processes.running import Running, freeze_gc, recovery
from pedidos.settings.processes import ConsumerSettings
from pedidos.storage.engine import make_engine

MOST_RECORDS = 500
"""Default of the maximum number of records that the work gets at a time."""
CLOSE_MS = 5000

T = TypeVar("T")
S = TypeVar("S", bound=ConsumerSettings)

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ConsumerProcess(Generic[T, S]):
    """A started process of the group."""

    group: ConsumerGroup[T]
    settings: S
    engine: Engine
    running: Running

    def consume(self, work: Work[T], most_records: int = MOST_RECORDS) -> None:
        """Runs work until SIGTERM, then leaves the group. work: gets at most most_records at a time."""
        client = self._connect(most_records)
        if client is None:
            return
        settings = self.settings
        limit = DeadLetterLimit(settings.dead_letter_limit, settings.dead_letter_ratio)
        with closing(Producer(settings, settings.instance)) as producer:
            writer = DeadLetterWriter(self.engine, producer, self.group.name)
            freeze_gc()
            Consumer(client, self.group, work, writer.write, limit, self.running, recovery).run()
            client.close(autocommit=False, timeout_ms=CLOSE_MS)
            self._leave()

    def _connect(self, most_records: int) -> KafkaConsumer | None:
        """None if the process has to end before a broker answers."""
        while self.running:
            try:
                return kafka.make_group_consumer(self.settings, self.settings.instance, self.group.id, most_records)
            except KafkaUnavailable as error:
                logger.warning("waiting", reason=first_line(error))
                self.running.wait(recovery())
        return None

    def _leave(self) -> None:
        try:
            kafka.leave_group(self.settings, self.group.id, self.settings.instance)
        except KafkaUnavailable as error:
            logger.warning("not removed from the group", reason=first_line(error))


@contextmanager
def consumer_process(group: ConsumerGroup[T], kind: type[S]) -> Iterator[ConsumerProcess[T, S]]:
    """Starts this process as a member of the group, with settings of this class. Cleans up at the end."""
    settings = begin(kind)
    running = Running(settings.heartbeat_file)
    engine = make_engine(settings, settings.instance)
    try:
        yield ConsumerProcess(group, settings, engine, running)
    finally:
        engine.dispose()
