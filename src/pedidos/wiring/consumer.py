"""A process of a consumer group, with its connections and its dead letters."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

from kafka import KafkaConsumer

from pedidos.dead_letters.writer import DeadLetterWriter
from pedidos.domain.dead_letter_limit import DeadLetterLimit
from pedidos.messaging.consumer import Consumer, Wanted, Work
from pedidos.messaging.groups import ConsumerGroup
from pedidos.messaging.producer import Producer
from pedidos.processes.group_member import MOST_RECORDS, GroupMember
from pedidos.processes.running import Running, recovery
from pedidos.settings.processes import ConsumerSettings
from pedidos.telemetry import begin as telemetry
from pedidos.telemetry.metric import Recorder
from pedidos.wiring.engine import process_engine
from pedidos.wiring.signatures import signature_check
from pedidos.wiring.traces import begin_traces

T = TypeVar("T")


@contextmanager
def consumer_process(
    group: ConsumerGroup[T],
    settings: ConsumerSettings,
    work: Work[T],
    most_records: int = MOST_RECORDS,
    wanted: Wanted | None = None,
    running: Running | None = None,
) -> Iterator[GroupMember[T]]:
    """A member of the group that runs work. work: gets at most most_records at a time. wanted: whether anybody wants
    the records now; None: always. running: the life of the process, if it has other work too."""
    telemetry.begin(settings, Recorder.CONSUMER)
    running = running or Running(settings.heartbeat_file)
    limit = DeadLetterLimit(settings.dead_letter_limit, settings.dead_letter_ratio)
    with process_engine(settings) as engine, closing(Producer(settings, settings.instance)) as producer:
        begin_traces(settings, group.name, engine)
        letters = DeadLetterWriter(engine, producer, group.name)
        check = signature_check(settings, engine)

        def make_consumer(client: KafkaConsumer) -> Consumer[T]:
            return Consumer(client, group, check, work, letters.write, limit, running, recovery, wanted)

        yield GroupMember(settings, group, most_records, make_consumer, running)
