"""The ends of the order topics: where they are, and which of our events are the last ones there."""

import re
import time
from collections.abc import Callable, Mapping
from uuid import UUID

from kafka.consumer.fetcher import ConsumerRecord
from kafka.structs import TopicPartition

from pedidos.domain.cursor import Cursor
from pedidos.domain.logs import Heard
from pedidos.errors import KafkaUnavailable
from pedidos.messaging import kafka
from pedidos.messaging.reading import Unreadable, poll
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.settings.groups import KafkaSettings

FIRST_LOOK = 64
"""Records that are read from the end of a partition at first; as long as none is what is looked for, eight times more
each time."""
READ_SECONDS = 60.0
POLL_SECONDS = 0.5

_POSITION = re.compile(rb"(\d{1,5})/(\d{1,18})")
_CURSOR = re.compile(rb"(\d{1,19})-(\d{1,18})")
_ID = re.compile(rb"([0-9a-f-]{36})/(\d{1,9})")
_LOG = re.compile(rb"[0-9a-f]{16}")


class Tails:
    """Reads the ends of both topics. close() when done; every method raises KafkaUnavailable.

    It reads what is not committed too: an open transaction of somebody else would otherwise hide our records behind it.
    """

    def __init__(self, settings: KafkaSettings, client_id: str, shard: int) -> None:
        self._shard = shard
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
        self, enough: Callable[[Heard], bool], still: Callable[[], object]
    ) -> tuple[dict[TopicPartition, int], dict[TopicPartition, list[Heard]]]:
        """Where each partition ends, and our events from its end back to one that is enough, or to its beginning.

        still is called now and then. Records that are not ours, or cannot be read, are passed over.
        """
        begins = self._consumer.beginning_offsets(self._partitions)
        still()
        ends = self.ends()
        found: dict[TopicPartition, list[Heard]] = {partition: [] for partition in self._partitions}
        unread, look = dict(ends), FIRST_LOOK
        while unread:
            since = {partition: max(begins[partition], upto - look) for partition, upto in unread.items()}
            self._between(since, unread, found, still)
            unread = {
                partition: offset
                for partition, offset in since.items()
                if offset > begins[partition] and not any(map(enough, found[partition]))
            }
            look *= 8
        return ends, found

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
            try:
                polled = poll(consumer, POLL_SECONDS)
            except Unreadable as error:
                consumer.seek(error.partition, error.offset + 1)
                continue
            for partition, records in polled.items():
                for record in records:
                    told = self._heard(record) if record.offset < upto[partition] else None
                    if told is not None:
                        found[partition].append(told)

    def _heard(self, record: ConsumerRecord) -> Heard | None:
        return heard(record, self._shard)


def heard(record: ConsumerRecord, shard: int) -> Heard | None:
    """The event of the shard in a record; None if it is not one of ours."""
    named = dict(record.headers)
    position = _POSITION.fullmatch(named.get("position") or b"")
    cursor = _CURSOR.fullmatch(named.get("cursor") or b"")
    event = _ID.fullmatch(named.get("ce_id") or b"")
    log = named.get("log") or b""
    if position is None or cursor is None or event is None or int(position[1]) != shard:
        return None
    if record.key != event[1] or (log and not _LOG.fullmatch(log)):
        return None
    try:
        order_id = UUID(event[1].decode())
    except ValueError:
        return None
    place = Cursor(int(cursor[1]), int(cursor[2]))
    return Heard(log.decode(), int(position[2]), place, order_id, int(event[2]))
