"""Reads a few records of a topic without a group, for somebody who looks: from an offset or a time, or those of a key.

Each look opens a consumer of its own, and has limits on the records, the bytes of a fetch, and the time.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import NamedTuple

from kafka import KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord
from kafka.structs import TopicPartition

from pedidos.messaging import kafka
from pedidos.messaging.partitioning import partition_of
from pedidos.messaging.polling import poll
from pedidos.settings.groups.kafka import KafkaSettings

MOST_RECORDS = 50
"""Records of one look."""
PATIENCE_SECONDS = 3.0
"""Longest wait for an answer, and the time for all fetches of a look."""
LOOKED_AT = 2_000
"""Records of a partition among which those of a key are searched, from each of the times at which they may be."""
POLL_SECONDS = 0.25


class Look(NamedTuple):
    """What was found. looked_at: how many records were read. complete: False if the time or the number of records was
    reached before the end of what was to be looked at."""

    records: Sequence[ConsumerRecord]
    looked_at: int
    complete: bool


class _Stretch(NamedTuple):
    """Offsets of a partition, from the first to before the one behind the last."""

    partition: TopicPartition
    first: int
    behind: int


class RecordReader:
    """Each method raises KafkaUnavailable."""

    def __init__(self, settings: KafkaSettings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id

    def at_offset(self, topic: str, partition: int, offset: int, limit: int) -> Look:
        """The records from this offset on, or from the next one that there is."""
        place = TopicPartition(topic, partition)
        with self._consumer() as consumer:
            firsts, ends = _ends(consumer, [place] if partition in kafka.partitions_of(consumer, topic) else [])
            stretches = [_Stretch(place, max(offset, firsts[place]), ends[place]) for place in firsts]
            return _read(consumer, stretches, limit)

    def newest(self, topic: str, limit: int) -> Look:
        """The last records of each partition, together at most limit."""
        with self._consumer() as consumer:
            firsts, ends = _ends(consumer, _places(consumer, topic))
            each = max(1, limit // max(1, len(firsts)))
            return _read(consumer, [_Stretch(p, max(firsts[p], ends[p] - each), ends[p]) for p in firsts], limit)

    def since(self, topic: str, moment: datetime, limit: int) -> Look:
        """The records of all partitions that were written since then, the oldest of each."""
        with self._consumer() as consumer:
            places = _places(consumer, topic)
            _, ends = _ends(consumer, places)
            begins = _at(consumer, places, moment)
            stretches = [_Stretch(place, begins[place], ends[place]) for place in begins]
            return _read(consumer, stretches, limit, each=max(1, limit // max(1, len(stretches))))

    def of_key(self, topic: str, key: bytes, moments: Sequence[datetime], limit: int) -> Look:
        """The records with this key, among those that were written soon after one of these times."""
        with self._consumer() as consumer:
            count = len(kafka.partitions_of(consumer, topic))
            if not count:
                return Look([], 0, complete=True)
            place = TopicPartition(topic, partition_of(key, count))
            _, ends = _ends(consumer, [place])
            begins = sorted({at[place] for moment in moments if place in (at := _at(consumer, [place], moment))})
            stretches = _joined([_Stretch(place, begin, min(begin + LOOKED_AT, ends[place])) for begin in begins])
            return _read(consumer, stretches, limit, key=key)

    @contextmanager
    def _consumer(self) -> Iterator[KafkaConsumer]:
        with closing(kafka.make_looking_reader(self._settings, self._client_id, PATIENCE_SECONDS)) as consumer:
            yield consumer


def _places(consumer: KafkaConsumer, topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for number in sorted(kafka.partitions_of(consumer, topic))]


def _ends(
    consumer: KafkaConsumer, places: list[TopicPartition]
) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
    """The first offset of each partition, and the one behind its last."""
    return (dict(consumer.beginning_offsets(places)), dict(consumer.end_offsets(places))) if places else ({}, {})


def _at(consumer: KafkaConsumer, places: list[TopicPartition], moment: datetime) -> dict[TopicPartition, int]:
    """The offset of the first record of each partition that was written since then, if there is one."""
    if not places:
        return {}
    stamp = max(0, round(moment.timestamp() * 1000))
    found = consumer.offsets_for_times(dict.fromkeys(places, stamp))
    return {place: at.offset for place, at in found.items() if at is not None}


def _joined(stretches: Iterable[_Stretch]) -> list[_Stretch]:
    """The same offsets of one partition, each of them once. stretches: sorted."""
    joined: list[_Stretch] = []
    for stretch in stretches:
        if joined and stretch.first <= joined[-1].behind:
            joined[-1] = joined[-1]._replace(behind=max(joined[-1].behind, stretch.behind))
        else:
            joined.append(stretch)
    return joined


def _read(
    consumer: KafkaConsumer, stretches: Sequence[_Stretch], limit: int, *, key: bytes | None = None, each: int = 0
) -> Look:
    """The records in these stretches, at most limit, and of each stretch at most `each`, unless that is 0. key: only
    those with this key."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    found: list[ConsumerRecord] = []
    looked_at, complete = 0, True
    for stretch in stretches:
        if stretch.first >= stretch.behind:
            continue
        most = min(each or limit, limit - len(found))
        taken, read, whole = _read_stretch(consumer, stretch, most, key, deadline)
        found += taken
        looked_at += read
        complete = complete and whole
    found.sort(key=lambda record: (record.timestamp, record.partition, record.offset))
    return Look(found, looked_at, complete)


def _read_stretch(
    consumer: KafkaConsumer, stretch: _Stretch, most: int, key: bytes | None, deadline: float
) -> tuple[list[ConsumerRecord], int, bool]:
    consumer.assign([stretch.partition])
    consumer.seek(stretch.partition, stretch.first)
    found: list[ConsumerRecord] = []
    looked_at = 0
    while most > len(found) and (consumer.position(stretch.partition, PATIENCE_SECONDS * 1000) or 0) < stretch.behind:
        if time.monotonic() > deadline:
            return found, looked_at, False
        for record in poll(consumer, POLL_SECONDS).get(stretch.partition, ()):
            if record.offset >= stretch.behind or len(found) >= most:
                break
            looked_at += 1
            if key is None or record.key == key:
                found.append(record)
    return found, looked_at, len(found) < most
