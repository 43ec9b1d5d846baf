"""The relay: PostgreSQL → Kafka. Publishes the event log in its order, and says how far it is.

One relay leads a shard, for as long as it renews its lease; the others stand by. The position moves only after Kafka
has acknowledged, so a crash in between means that the same events go out again, under the same running numbers:
listeners recognise them. A leader that was stopped and wakes up finds its lease over before it publishes, or at the
latest when it saves: the epoch has grown.
"""

import time

import structlog
from kafka import KafkaProducer
from sqlalchemy import Connection, Engine

from pedidos.crash_points import reach
from pedidos.domain.order import Status, event_type
from pedidos.events import kafka
from pedidos.events.envelope import OrderEvent, encode
from pedidos.events.topics import EVENTS, PLACED
from pedidos.logs import configure
from pedidos.processes.running import Running
from pedidos.settings import Settings
from pedidos.storage import relay as log
from pedidos.storage.engine import UNAVAILABLE, make_engine, statements
from pedidos.storage.relay import Leadership, LoggedEvent, Position

SHARD = 0
IDLE_SECONDS = (0.002, 0.03)
"""The shortest and the longest pause between two looks at the log: it grows while nothing comes."""
RECOVERY_SECONDS = 1.0
PLACED_TYPE = event_type(Status.RECEIVED)

logger = structlog.get_logger()


class Relay:
    """Publishes one shard of the log while it leads."""

    def __init__(self, settings: Settings, engine: Engine, producer: KafkaProducer, running: Running) -> None:
        self._settings = settings
        self._engine = engine
        self._producer = producer
        self._running = running

    def run(self) -> None:
        """Leads or stands by until told to stop; whatever is away is waited for."""
        while self._running:
            try:
                with statements(self._engine) as connection:
                    self._lead_or_stand_by(connection)
            except (*UNAVAILABLE, *kafka.UNAVAILABLE) as error:
                logger.warning("waiting", reason=str(error).splitlines()[0])
                self._running.beat()
                self._running.wait(RECOVERY_SECONDS)

    def _lead_or_stand_by(self, connection: Connection) -> None:
        lease = self._settings.relay_lease_seconds
        leadership = log.lead(connection, SHARD, self._settings.instance, lease)
        if leadership is None:
            self._running.beat()
            self._running.wait(lease / 8)
            return
        logger.info("leading", shard=SHARD, epoch=leadership.epoch, published=leadership.position.published)
        self._lead(connection, leadership)

    def _lead(self, connection: Connection, leadership: Leadership) -> None:
        position = leadership.position
        pause = IDLE_SECONDS[0]
        renewed = time.monotonic()
        lease = self._settings.relay_lease_seconds
        while self._running:
            self._running.beat()
            events = log.read(connection, position, self._settings.relay_batch)
            if time.monotonic() - renewed > lease:
                logger.warning("lease over", reason="this relay was held up for longer than its lease")
                return
            if events:
                position = self._publish(position, events)
                reach("relay.acknowledged")
                pause = IDLE_SECONDS[0]
            if events or time.monotonic() - renewed > lease / 3:
                if not log.save(connection, leadership, position, lease):
                    logger.warning("superseded", epoch=leadership.epoch)
                    return
                renewed = time.monotonic()
            if not events:
                self._running.wait(pause)
                pause = min(pause * 1.5, IDLE_SECONDS[1])
        log.resign(connection, leadership)

    def _publish(self, position: Position, events: list[LoggedEvent]) -> Position:
        """Sends the events and waits until Kafka has them all; the position behind the last one."""
        sent = []
        for number, event in enumerate(events, position.published + 1):
            key, value, headers = encode(
                OrderEvent(
                    event.order_id,
                    event.version,
                    event.type,
                    event.status,
                    event.customer_id,
                    event.merchant_id,
                    event.occurred_at,
                    event.detail,
                ),
                f"{SHARD}/{number}",
                f"{event.txid}-{event.seq}",
                event.traceparent,
            )
            sent.append(self._producer.send(EVENTS, key=key, value=value, headers=headers))
            if event.type == PLACED_TYPE:
                sent.append(self._producer.send(PLACED, key=key, value=value, headers=headers))
        for future in sent:
            future.get(timeout=kafka.REQUEST_SECONDS)
        last = events[-1]
        return Position(last.txid, last.seq, position.published + len(events))


def main() -> None:
    settings = Settings.load()
    configure(settings, settings.instance)
    running = Running(settings.heartbeat_file)
    engine = make_engine(settings, settings.instance)
    producer = None
    while running and producer is None:
        try:
            producer = kafka.make_producer(settings, settings.instance)
        except kafka.UNAVAILABLE as error:
            logger.warning("waiting", reason=str(error))
            running.wait(RECOVERY_SECONDS)
    if producer is not None:
        Relay(settings, engine, producer, running).run()
        producer.close(timeout=5)
    engine.dispose()


if __name__ == "__main__":
    main()
