"""Publishes batches of the event log, measured and traced.

An event that Kafka refuses for what it is (too large) would block all others forever. So it is published without its
detail, under its own number, and becomes a dead letter. If Kafka refuses that too, the event is not at fault, and it
waits like any other.
"""

import time
from collections.abc import Iterable, Iterator, Sequence

import structlog
from sqlalchemy import Engine

from pedidos.domain.sharding import Shard
from pedidos.errors import RecordRefused, Transient
from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.signatures import RecordKeys
from pedidos.messaging.topics import EVENTS
from pedidos.processes.relay.kafka_comparison import KafkaComparison
from pedidos.publishing.records import abridged, records
from pedidos.storage.dead_letters import letters
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.positions import Position
from pedidos.telemetry import attributes, traces
from pedidos.telemetry.catalogue import relay as metrics

logger = structlog.get_logger()


class Batches:
    """Sends the events of one shard. comparison: learns what Kafka has acknowledged."""

    def __init__(
        self,
        engine: Engine,
        producer: Producer,
        comparison: KafkaComparison,
        keys: RecordKeys,
        shard: Shard,
        lease_seconds: float,
    ) -> None:
        self._engine = engine
        self._producer = producer
        self._comparison = comparison
        self._keys = keys
        self._shard = shard
        self._lease_seconds = lease_seconds
        self._singly = False
        self.log = ""
        """The id of the log, which each record names; known once Kafka agrees with the log."""

    def publish(self, position: Position, events: Sequence[LoggedEvent]) -> Position:
        """Sends the events and waits for Kafka. Returns the position behind the last one that Kafka has."""
        began = time.perf_counter()
        with _batch(position, events):
            published = self._publish(position, events)
        metrics.RELAY_BATCH_SECONDS.observe(time.perf_counter() - began)
        metrics.RELAY_BATCH_EVENTS.observe(len(events))
        metrics.RELAY_PUBLISHED.inc(published.published - position.published)
        metrics.RELAY_SHARD_PUBLISHED[str(self._shard.part)].inc(published.published - position.published)
        return published

    def _publish(self, position: Position, events: Sequence[LoggedEvent]) -> Position:
        if not self._singly:
            try:
                self._send(
                    record for number, event in _numbered(position, events) for record in self._records(event, number)
                )
            except RecordRefused as refusal:
                # Kafka refused one of them. The outcome of each other one is unknown: they may have failed with it.
                logger.warning("one by one", reason=str(refusal), events=len(events))
                self._singly = True
            else:
                return position.after(events)
        published = self._publish_singly(position, events)
        self._singly = published != position.after(events)
        return published

    def _publish_singly(self, position: Position, events: Sequence[LoggedEvent]) -> Position:
        """The same, one event at a time, for at most a quarter of the lease.

        It stops at the first event that Kafka does not accept now, and raises Transient if that is the first of all.
        So the position moves past each event that was accepted, and only the rest is sent again.
        """
        until = time.monotonic() + self._lease_seconds / 4
        done = 0
        for number, event in _numbered(position, events):
            try:
                self._publish_one(number, event)
            except Transient:
                if not done:
                    raise
                break
            done += 1
            if time.monotonic() > until:
                break
        return position.after(events[:done])

    def _publish_one(self, number: int, event: LoggedEvent) -> None:
        try:
            self._send(self._records(event, number))
        except RecordRefused as refusal:
            self._send(self._records(abridged(event), number))
            origin = f"{self._shard.id}/{number}/{event.cursor}"
            reason = f"Kafka refuses the event. It was sent without its detail. {type(refusal).__name__}: {refusal}"
            value = next(self._records(event, number)).value or b""
            letters.write(self._engine, "relay", origin, reason, event.order_id, value)
            logger.warning("dead letter", origin=origin, order_id=event.order_id, reason=reason, bytes=len(value))

    def _send(self, records: Iterable[Record]) -> None:
        self._comparison.acknowledged(self._producer.send(records))

    def _records(self, event: LoggedEvent, number: int) -> Iterator[Record]:
        made = records(event, self._shard.id, number, self._keys, self.log)
        return _followed(made, number) if traces.sampled(event.order_id) else made


def _numbered(position: Position, events: Sequence[LoggedEvent]) -> Iterable[tuple[int, LoggedEvent]]:
    return enumerate(events, position.published + 1)


def _batch(position: Position, events: Sequence[LoggedEvent]) -> traces.Work:
    """The spans of a batch: one for each event of a sampled order, by its running number."""
    found = {number: event for number, event in _numbered(position, events) if traces.sampled(event.order_id)}
    orders = {number: event.order_id for number, event in found.items()}
    work = traces.batch("publish", orders, len(events), {attributes.DESTINATION: EVENTS})
    for number, event in found.items():
        work.note(number, {attributes.EVENT: event.type, attributes.VERSION: event.version, attributes.NUMBER: number})
    return work


def _followed(made: Iterable[Record], number: int) -> Iterator[Record]:
    """The records, whose place in the topic of events is noted in the span of their event."""
    work = traces.current()

    def note(partition: int, offset: int) -> None:
        work.note(number, {attributes.PARTITION: str(partition), attributes.OFFSET: offset})

    for record in made:
        yield record._replace(acknowledged=note) if record.topic == EVENTS else record
