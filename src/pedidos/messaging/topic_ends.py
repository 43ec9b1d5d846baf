"""The ends of the order topics: their offsets, and the last events of this platform there."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from kafka.consumer.fetcher import ConsumerRecord
from kafka.structs import TopicPartition

from pedidos.domain.lineage import Heard
from pedidos.errors import KafkaUnavailable
from pedidos.messaging import kafka
from pedidos.messaging.codec import InvalidRecord, decode_attributes
from pedidos.messaging.polling import poll
from pedidos.messaging.sifting import Check
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.settings.groups.kafka import KafkaSettings

FIRST_LOOK = 64
"""The number of records that are read from the end of a partition at first. It grows eightfold until a record is
found."""
READ_SECONDS = 60.0
POLL_SECONDS = 0.5
NO_LIMITS: Mapping[str, int] = MappingProxyType({})


class TopicEnds:
    """Reads the ends of both topics. Call close() when done. Every method raises KafkaUnavailable.

    It also reads uncommitted records: otherwise an open transaction of another producer would hide the records behind
    it.
    """

    def __init__(self, settings: KafkaSettings, client_id: str, check: Check) -> None:
        self._check = check
        self._consumer = kafka.make_reader(settings, client_id, committed=False)
        try:
            self.counts = {topic: self._count(topic) for topic in (EVENTS, PLACED)}
        except BaseException:
            self.close()
            raise
        self._partitions = [TopicPartition(topic, n) for topic, count in self.counts.items() for n in range(count)]

    def close(self) -> None:
        self._consumer.close()

    def ends(self) -> dict[TopicPartition, int]:
        """The offset behind the last record of each partition."""
        return dict(self._consumer.end_offsets(self._partitions))

    def read(
        self,
        far_enough: Callable[[Heard], bool],
        still: Callable[[], object],
        upto: Mapping[str, int] = NO_LIMITS,
    ) -> tuple[dict[TopicPartition, int], dict[TopicPartition, list[Heard]]]:
        """The end of each partition, and our events, of all shards, from the end back to one that is far enough, or to
        the beginning.

        still: called from time to time. upto: per "topic/partition", an offset where reading back begins, if it is
        before the end. Records that are not ours, or cannot be read, are skipped.
        """
        begins = self._consumer.beginning_offsets(self._partitions)
        still()
        ends = self.ends()
        found: dict[TopicPartition, list[Heard]] = {partition: [] for partition in self._partitions}
        unread = {each: min(end, upto.get(f"{each.topic}/{each.partition}", end)) for each, end in ends.items()}
        look = FIRST_LOOK
        while unread:
            since = {partition: max(begins[partition], before - look) for partition, before in unread.items()}
            self._between(since, unread, found, still)
            unread = {
                partition: offset
                for partition, offset in since.items()
                if offset > begins[partition] and not any(map(far_enough, found[partition]))
            }
            look *= 8
        return ends, found

    def expired(self, upto: Mapping[str, int]) -> set[TopicPartition]:
        """The partitions in which Kafka has deleted all records before these offsets, because they were old. upto: per
        "topic/partition"."""
        begins = self._consumer.beginning_offsets(self._partitions) if upto else {}
        return {each for each, begin in begins.items() if 0 < upto.get(f"{each.topic}/{each.partition}", 0) <= begin}

    def _count(self, topic: str) -> int:
        count = len(kafka.partitions_of(self._consumer, topic))
        if not count:
            raise KafkaUnavailable(f"there is no topic {topic}")
        return count

    def _between(
        self,
        since: Mapping[TopicPartition, int],
        upto: Mapping[TopicPartition, int],
        found: Mapping[TopicPartition, list[Heard]],
        still: Callable[[], object],
    ) -> None:
        consumer = self._consumer
        partitions = [partition for partition in since if since[partition] < upto[partition]]
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, since[partition])
        deadline = time.monotonic() + READ_SECONDS
        while any((consumer.position(each, POLL_SECONDS * 1000) or 0) < upto[each] for each in partitions):
            still()
            if time.monotonic() > deadline:
                raise KafkaUnavailable(f"the ends of the topics could not be read within {READ_SECONDS:.0f} s")
            for partition, records in poll(consumer, POLL_SECONDS).items():
                for record in records:
                    event = heard(record, self._check) if record.offset < upto[partition] else None
                    if event is not None:
                        found[partition].append(event)


def heard(record: ConsumerRecord, check: Check) -> Heard | None:
    """The event in a record. None if it is not one of ours."""
    try:
        check(record)
        found = decode_attributes(record)
    except InvalidRecord:
        return None
    return Heard(found.log, found.number, found.cursor, found.order_id, found.version, found.shard)
