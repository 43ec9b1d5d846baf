"""A member of a consumer group: polls, checks, decodes, works, and only then commits.

A process adds a function that takes decoded records, in the order of each partition. After a crash, a rebalance, or an
error of the function, the same records may come again, so the function must be repeatable.

A record that the relay did not write, or that cannot be decoded, is set aside and does not stop its partition, up to a
limit (`domain/dead_letter_limit.py`). When the limit is reached, the partition stops at the record, and the others
continue. What a partition has spent of the limit is committed with its offset, as metadata. So neither a restart nor a
rebalance resets it, and every tool that reads the group's offsets shows where the group has stopped, and why.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol, TypeVar

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord
from kafka.structs import OffsetAndMetadata, TopicPartition

from pedidos.domain.dead_letter_limit import NOTHING_SPENT, DeadLetterLimit, Spent
from pedidos.errors import KafkaUnavailable, Transient, first_line
from pedidos.messaging.groups import ConsumerGroup
from pedidos.messaging.offset_notes import note, read_note
from pedidos.messaging.polling import Polled, poll
from pedidos.messaging.sifting import Check, RejectedRecord, Sifted, sift
from pedidos.telemetry import attributes, traces
from pedidos.telemetry.catalogue import consumers as metrics

POLL_SECONDS = 1.0
LOOK_SECONDS = 1.0
"""Time between two looks whether records are wanted."""
COMMITTED_MS = 10_000

T = TypeVar("T")
Work = Callable[[Sequence[T]], None]
SetAside = Callable[[RejectedRecord], None]
Wanted = Callable[[], bool]
"""Whether anybody wants the records that come."""

logger = structlog.get_logger()


class TryAgain(Transient):
    """The work cannot accept the records now. It gets them again after this number of seconds. Meanwhile the member
    stays in its group, and Kafka keeps the backlog."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:g} s")
        self.seconds = seconds


class Lifetime(Protocol):
    """True until the process has to end."""

    def __bool__(self) -> bool: ...

    def wait(self, seconds: float) -> None: ...

    def beat(self) -> None:
        """Called while work makes progress."""


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python ships no types
    """Whether the group has assigned this member its partitions, even if it has none. It works only then."""

    def __init__(self) -> None:
        self.joined = False

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Nothing to do: offsets are committed after each poll."""

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self.joined = True
        logger.info("joined", partitions=sorted(partition.partition for partition in assigned))


@dataclass(slots=True)
class Batch(Generic[T]):
    """The records of one poll, from all partitions."""

    decoded: list[T] = field(default_factory=list)
    rejected: list[RejectedRecord] = field(default_factory=list)


def work_then_commit(work: Callable[[], bool], commit: Callable[[], None]) -> None:
    """Commits offsets only after the work is done: after a crash in between, the same records come again.

    work: returns whether all of it is done.
    """
    if work():
        commit()


class Consumer(Generic[T]):
    """Processes the records of the partitions that are assigned to this member."""

    def __init__(
        self,
        client: KafkaConsumer,
        group: ConsumerGroup[T],
        check: Check,
        work: Work[T],
        set_aside: SetAside,
        limit: DeadLetterLimit,
        lifetime: Lifetime,
        recovery_seconds: Callable[[], float],
        wanted: Wanted | None = None,
    ) -> None:
        """client: from `kafka.make_group_consumer`. check, work and set_aside may raise Transient: then they are called
        again with the same records, after recovery_seconds or the seconds of TryAgain. wanted: see `_passed_over`;
        may raise Transient too."""
        self._client = client
        self._group = group
        self._check = check
        self._work = work
        self._set_aside = set_aside
        self._limit = limit
        self._lifetime = lifetime
        self._recovery_seconds = recovery_seconds
        self._wanted = wanted
        self._looked = -LOOK_SECONDS
        self._spent: dict[TopicPartition, Spent] = {}

    def run(self) -> None:
        """Works until the lifetime ends. Waits for servers that are unavailable."""
        membership = Membership()
        self._client.subscribe([self._group.topic], listener=membership)
        while self._lifetime:
            if membership.joined:
                self._lifetime.beat()
            try:
                self._read_what_is_spent()
                if membership.joined and self._passed_over():
                    self._stay_in_group(LOOK_SECONDS)
                    continue
                polled = poll(self._client, POLL_SECONDS)
            except Transient as error:
                logger.warning("waiting", reason=first_line(error))
                self._lifetime.wait(self._recovery_seconds())
                continue
            if polled:
                began = time.perf_counter()
                with self._spans(polled):
                    work_then_commit(partial(self._worked, polled), self._commit)
                metrics.CONSUMER_BATCH_SECONDS.observe(time.perf_counter() - began)

    def _worked(self, polled: Polled) -> bool:
        """True once all records are processed or set aside; False if the lifetime ended before."""
        batch: Batch[T] | None = None
        while self._lifetime:
            try:
                if batch is None:
                    self._read_what_is_spent()
                    batch = self._decoded(polled)
                while batch.rejected:
                    self._set_aside(batch.rejected[0])
                    del batch.rejected[0]
                if batch.decoded:
                    self._work(batch.decoded)
            except TryAgain as later:
                metrics.CONSUMER_PAUSES["full"].inc()
                self._stay_in_group(later.seconds)
            except Transient as error:
                metrics.CONSUMER_PAUSES["unavailable"].inc()
                logger.warning("paused", reason=first_line(error))
                self._stay_in_group(self._recovery_seconds())
            else:
                self._count(polled)
                return True
        return False

    def _passed_over(self) -> bool:
        """Whether the records are not wanted now. Then the group moves to the ends of its partitions, and reads none.

        wanted() is asked after the ends, too: so what is written after somebody has begun to want it lies behind them.
        Asked once in LOOK_SECONDS: while records are wanted, those that are not are read and do nothing.
        """
        if self._wanted is None or time.monotonic() - self._looked < LOOK_SECONDS:
            return False
        if self._wanted():
            self._looked = time.monotonic()
            return False
        partitions = [each for each in self._client.assignment() if not self._has_stopped(each)]
        ends: dict[TopicPartition, int] = self._client.end_offsets(partitions) if partitions else {}
        if self._wanted():
            self._looked = time.monotonic()
            return False
        begun = {each: self._client.position(each, timeout_ms=COMMITTED_MS) for each in partitions}
        passed = {each: end for each, end in ends.items() if end != begun[each]}
        for partition, end in passed.items():
            self._client.seek(partition, end)
        if passed:
            self._commit()
            metrics.CONSUMER_RECORDS[self._group.name].inc(
                sum(max(0, end - (begun[each] or 0)) for each, end in passed.items())
            )
        return True

    def _spans(self, polled: Polled) -> traces.Work:
        """The spans of a poll: one for each record of a sampled order."""
        orders = {
            (record.partition, record.offset): order_id
            for records in polled.values()
            for record in records
            if (order_id := traces.order_with_key(record.key)) is not None
        }
        about: traces.Attributes = {
            attributes.DESTINATION: self._group.topic,
            attributes.GROUP: self._group.id,
        }
        work = traces.batch(self._group.name, orders, sum(map(len, polled.values())), about)
        for partition, offset in orders:
            work.note((partition, offset), {attributes.PARTITION: str(partition), attributes.OFFSET: offset})
        return work

    def _decoded(self, polled: Polled) -> Batch[T]:
        sifted_by_partition = {
            partition: self._sifted(records, self._spent.get(partition, NOTHING_SPENT))
            for partition, records in polled.items()
        }
        batch: Batch[T] = Batch()
        for partition, sifted in sifted_by_partition.items():
            batch.decoded += sifted.decoded
            batch.rejected += sifted.rejected
            self._spent[partition] = sifted.spent
            if sifted.stopped_at is not None:
                self._stop(partition, sifted.spent, sifted.stopped_at)
        return batch

    def _sifted(self, records: Sequence[ConsumerRecord], spent: Spent) -> Sifted[T]:
        return sift(records, self._check, self._group.decode, self._limit, spent)

    def _stop(self, partition: TopicPartition, spent: Spent, record: RejectedRecord) -> None:
        """Stops the partition: it delivers no more records, and its offset stays at this record."""
        reason = (
            f"{self._group.name} stopped at {record.origin}: too many records before it could not be decoded"
            f" (PEDIDOS_DEAD_LETTER_LIMIT is {self._limit.most}). If they are valid, deploy a {self._group.name} that"
            f" decodes them. If not, raise the limit. Then restart {self._group.name}. The record: {record.reason}"
        )
        self._spent[partition] = Spent(spent.letters, reason)
        if partition in self._client.assignment():
            self._client.pause(partition)
            self._client.seek(partition, record.record.offset)
        logger.error("stopped", partition=partition.partition, reason=reason)

    def _read_what_is_spent(self) -> None:
        """Reads the notes of the partitions that were assigned since the last call. Raises KafkaUnavailable."""
        assignment = self._client.assignment()
        for partition in self._spent.keys() - assignment:
            del self._spent[partition]
        for partition in assignment - self._spent.keys():
            committed = self._client.committed(partition, metadata=True, timeout_ms=COMMITTED_MS)
            letters = read_note(committed).letters if committed else 0.0
            # A stopped partition continues if its next record can be decoded now, or if the limit was raised. If the
            # limit was lowered, no more than the limit counts as spent.
            self._spent[partition] = Spent(min(letters, float(self._limit.most)))

    def _stay_in_group(self, seconds: float) -> None:
        """Waits. A poll with all partitions paused returns no record, but keeps this member in its group."""
        self._lifetime.beat()
        self._client.pause(*self._client.assignment())
        try:
            early = poll(self._client, seconds)
            # Partitions that were assigned during the poll were not paused. Their records are read again later.
            for partition, records in early.items():
                self._client.seek(partition, records[0].offset)
        except KafkaUnavailable as error:
            logger.warning("waiting", reason=first_line(error))
            self._lifetime.wait(seconds)
        finally:
            self._client.resume(*(each for each in self._client.assignment() if not self._has_stopped(each)))

    def _has_stopped(self, partition: TopicPartition) -> bool:
        return bool(self._spent.get(partition, NOTHING_SPENT).stopped)

    def _commit(self) -> None:
        try:
            self._read_what_is_spent()  # of partitions assigned meanwhile: the commit includes their positions
            self._client.commit(self._noted_offsets())
        except KafkaUnavailable as error:
            # The partitions moved, or no broker answers. The member that reads these records next processes them again.
            logger.warning("offsets not committed", reason=first_line(error))

    def _noted_offsets(self) -> dict[TopicPartition, OffsetAndMetadata] | None:
        """The offsets to commit, with their notes. None, for all positions, if no partition has spent anything."""
        if all(spent == NOTHING_SPENT for spent in self._spent.values()):
            return None
        # Private to kafka-python. The public position() has no leader epoch, which is needed to notice a truncated log.
        consumed: dict[TopicPartition, OffsetAndMetadata] = self._client._subscription.all_consumed_offsets()
        return {
            partition: offset._replace(metadata=note(self._spent.get(partition, NOTHING_SPENT)))
            for partition, offset in consumed.items()
        }

    def _count(self, polled: Polled) -> None:
        records = sum(map(len, polled.values()))
        metrics.CONSUMER_RECORDS[self._group.name].inc(records)
        metrics.CONSUMER_BATCH_RECORDS.observe(records)
