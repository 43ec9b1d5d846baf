"""Compares the end of the log with what Kafka has. Used by the relay that leads.

Kafka can lose records that it has acknowledged: its page cache in a power cut, or the end of a partition, if no other
replica had it when the leader of the partition was lost. So a relay that takes the lead compares. Each partition has
our records up to some running number: the relay publishes in the order of numbers, and what is lost is always an end.
The records between that number and the relay's position are published again, under the same numbers, before anything
new. A record beyond the position means nothing here: it was sent, but not recorded as published, and is sent again.

Before anything is published again, the position goes back to where Kafka lacks something, and then moves with what
Kafka has acknowledged. A send that fails half way can leave a record in a partition without the ones before it. Below
the position it would prove that Kafka has them.

While the relay leads, offsets show a loss: if Kafka assigns an offset a second time, the first record was lost. The
relay notices that at the next record of the partition, before it saves the position, or at the next check of the ends.

Kafka can also have more than the log: PostgreSQL was restored to an earlier moment, or is another database. Then
running numbers and cursors that consumers know would be assigned to other events. So nothing is published until
`pedidos reconcile` has begun a new log.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from kafka.structs import TopicPartition
from sqlalchemy import Connection

from pedidos.domain.cursor import Cursor
from pedidos.domain.lineage import Heard, Logs
from pedidos.domain.sharding import Shard
from pedidos.errors import PedidosError, RecordRefused
from pedidos.messaging.partitioning import partition_of
from pedidos.messaging.producer import Acknowledged, Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.sifting import Check
from pedidos.messaging.signatures import RecordKeys
from pedidos.messaging.topic_ends import TopicEnds
from pedidos.messaging.topics import TOPICS
from pedidos.publishing.kafka_matches_log import another_log, is_far_enough_back, is_ours, newest
from pedidos.publishing.records import abridged, records
from pedidos.settings.processes import RelaySettings
from pedidos.storage.event_log import lineage, republishing, shards, unsigned
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.positions import Position

LOOK_SECONDS = 5.0
"""Time between two checks of the ends of the topics, while this relay leads."""
BACK = 20_000
"""Events that one step back in the log covers."""
MARGIN = timedelta(hours=1)
"""The log is read back this much further than Kafka keeps records, because clocks differ."""

WHAT_TO_DO = (
    "Nothing is published until you have run `pedidos reconcile --settle`, or `pedidos reconcile` to see first."
)

logger = structlog.get_logger()


class Lost(PedidosError):
    """Kafka has lost records that it had acknowledged."""


class AnotherLog(PedidosError):
    """Kafka has events that are not in this log. The message says which, and what to do."""


class KafkaComparison:
    """Call compare() after taking the lead, acknowledged() and look() while leading, and close() afterwards."""

    def __init__(
        self, settings: RelaySettings, producer: Producer, shard: Shard, keys: RecordKeys, check: Check
    ) -> None:
        """check: raises InvalidRecord for records that no relay wrote."""
        self._settings = settings
        self._producer = producer
        self._shard = shard
        self._keys = keys
        self._check = check
        self._topics: TopicEnds | None = None
        self._ends: dict[TopicPartition, int] = {}
        self._looked = 0.0

    def close(self) -> None:
        if self._topics is not None:
            self._topics.close()
            self._topics = None

    def compare(
        self,
        connection: Connection,
        position: Position,
        still: Callable[[], bool],
        move: Callable[[Position], bool],
    ) -> str | None:
        """Reads what Kafka has, and publishes again what it lacks. Returns the id of the log, which records carry.

        still: whether this relay leads; it is called from time to time. move: saves another position durably, and
        returns whether this relay leads. If it does not, the result is None. Raises AnotherLog, Lost,
        republishing.Removed, and Transient.
        """
        logs = lineage.read(connection)
        self.close()
        self._topics = topics = TopicEnds(self._settings, self._settings.instance, self._check)
        far_enough = partial(is_far_enough_back, logs, self._shard, position.published)
        # Of a shard that has ended, the end of the topics shows nothing.
        upto = shards.until_offsets(connection, self._shard.id)
        self._ends, found = topics.read(far_enough if upto else partial(is_ours, logs), still, upto)
        self._looked = time.monotonic()
        reason = another_log(connection, logs, shards.known(connection), found)
        if reason is not None:
            raise AnotherLog(f"{reason} {WHAT_TO_DO}")
        unsigned.lower(connection, self._shard.id, self.ends)
        if not upto and not all(any(map(far_enough, there)) for there in found.values()):
            self._ends, found = topics.read(far_enough, still)  # further back
        expired = topics.expired(upto)
        had = {
            each: newest(logs, self._shard, there, position.published)
            for each, there in found.items()
            if each not in expired
        }
        moved = False
        for before, events in self._pages(connection, logs, position, had):
            lacking = self._lacking(before, events, had)
            if lacking and not moved:
                if not move(before):
                    return None
                moved = True
            self._publish(lacking, had, logs.current.id)
            if not (move(before.after(events)) if moved else still()):
                return None
        return logs.current.id if still() else None

    @property
    def ends(self) -> Mapping[str, int]:
        """Per "topic/partition", the offset behind the last record that this relay knows."""
        return {f"{partition.topic}/{partition.partition}": end for partition, end in self._ends.items()}

    def acknowledged(self, written: Acknowledged) -> None:
        """Takes in the offsets of records that Kafka has acknowledged. Raises Lost if one was assigned before."""
        for partition, (first, last) in written.items():
            if first < 0:
                continue  # the record was sent twice, and Kafka does not return the offset of the first one
            if first < self._ends.get(partition, 0):
                raise Lost(_lost(partition, first, self._ends[partition]))
            self._ends[partition] = last + 1

    def look(self, *, at_once: bool = False) -> None:
        """Compares the ends of the topics with the known ones, every LOOK_SECONDS. Raises Lost, KafkaUnavailable."""
        if self._topics is None or (time.monotonic() - self._looked < LOOK_SECONDS and not at_once):
            return
        ends = self._topics.ends()
        for partition, end in ends.items():
            if end < self._ends.get(partition, 0):
                raise Lost(_lost(partition, end, self._ends[partition]))
        self._ends = ends
        self._looked = time.monotonic()

    def _pages(
        self, connection: Connection, logs: Logs, position: Position, had: Mapping[TopicPartition, Heard | None]
    ) -> Iterator[tuple[Position, Sequence[LoggedEvent]]]:
        """The part of the log in which Kafka may lack events. Yields pages, each with the position before it."""
        if not had:
            return
        end = position.cursor
        empty = sorted(partition for partition, heard in had.items() if heard is None)
        behind = logs.current.begin if empty else min(heard.cursor for heard in had.values() if heard is not None)
        since = datetime.now(UTC) - timedelta(milliseconds=max(topic.retention_ms for topic in TOPICS)) - MARGIN
        oldest, count = Cursor(end.txid, end.seq + 1), 0
        while (left := position.published - logs.current.after - count) > 0:
            step = republishing.back(connection, oldest, behind, min(BACK, left), self._shard)
            if step is None:
                break
            count, oldest = count + step.events, step.oldest
            if empty and step.occurred_at < since:
                break
        if empty and count:
            logger.info(
                "no records of this log in some partitions",
                partitions=[f"{each.topic}/{each.partition}" for each in empty],
                compared=f"the last {count} events, as far back as Kafka keeps records",
            )
        before = Position(Cursor(oldest.txid, oldest.seq - 1), position.published - count)
        while before.published < position.published:
            events = republishing.page(connection, before.cursor, end, self._settings.relay_batch, self._shard)
            if not events:
                raise republishing.Removed
            yield before, events
            before = before.after(events)

    def _lacking(
        self, before: Position, events: Sequence[LoggedEvent], had: Mapping[TopicPartition, Heard | None]
    ) -> list[tuple[int, LoggedEvent]]:
        """The events that Kafka lacks in one of the topics, with their running numbers."""
        return [
            (number, event)
            for number, event in enumerate(events, before.published + 1)
            if any(self._lacks(had, number, record) for record in records(event, self._shard.id, number, self._keys))
        ]

    def _publish(
        self, lacking: Sequence[tuple[int, LoggedEvent]], had: Mapping[TopicPartition, Heard | None], log: str
    ) -> None:
        if not lacking:
            return
        logger.warning(
            "publishing again",
            reason="Kafka has lost records that it had acknowledged",
            events=len(lacking),
            numbers=f"{lacking[0][0]} to {lacking[-1][0]}",
        )
        try:
            self._send(had, log, lacking)
        except RecordRefused:  # it refused one of them, which became a dead letter when it was first published
            for number, event in lacking:
                try:
                    self._send(had, log, [(number, event)])
                except RecordRefused:
                    self._send(had, log, [(number, abridged(event))])

    def _send(
        self, had: Mapping[TopicPartition, Heard | None], log: str, numbered: Sequence[tuple[int, LoggedEvent]]
    ) -> None:
        self.acknowledged(
            self._producer.send(
                record
                for number, event in numbered
                for record in records(event, self._shard.id, number, self._keys, log)
                if self._lacks(had, number, record)
            )
        )

    def _lacks(self, had: Mapping[TopicPartition, Heard | None], number: int, record: Record) -> bool:
        if self._topics is None or record.key is None:
            return False
        partition = TopicPartition(record.topic, partition_of(record.key, self._topics.counts[record.topic]))
        if partition not in had:
            return False  # it was too old for Kafka
        there = had[partition]
        return there is None or there.number < number


def _lost(partition: TopicPartition, now: int, before: int) -> str:
    return f"{partition.topic}/{partition.partition} goes on at offset {now}, though it had records up to {before - 1}"
