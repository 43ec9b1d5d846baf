"""What is on a Kafka topic."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kafka.structs import TopicPartition

from pedidos.messaging.kafka import admin, end_offsets, make_reader
from pedidos.settings.groups.kafka import KafkaSettings
from tests.support.waiting import until


@dataclass(frozen=True, slots=True)
class Record:
    """position: the running number that the relay gave it, or None."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]

    @property
    def position(self) -> int:
        shard, _, number = self.headers["position"].decode().partition("/")
        assert shard == "0"
        return int(number)

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.value or b"null")
        return found

    @property
    def told(self) -> tuple[UUID, int, str]:
        return (UUID(self.event["order_id"]), self.event["version"], self.event["type"])


class Topic:
    """A topic from where it ended when this was made."""

    def __init__(self, settings: KafkaSettings, name: str, first: int | None = None) -> None:
        """first: the offset from which on it is read in each partition, instead of the end."""
        self._settings = settings
        self._name = name
        ends = self._ends()
        self._start = ends if first is None else dict.fromkeys(ends, first)

    def read(self) -> list[Record]:
        """Everything up to now, partition by partition in the order of offsets."""
        ends = self._ends()
        reader = make_reader(self._settings, "tests")
        found: list[Record] = []
        try:
            partitions = {TopicPartition(self._name, number): end for number, end in ends.items()}
            reader.assign(list(partitions))
            for partition in partitions:
                reader.seek(partition, self._start[partition.partition])

            def all_read() -> bool:
                for records in reader.poll(timeout_ms=200).values():
                    found.extend(Record(r.partition, r.offset, r.key, r.value, dict(r.headers)) for r in records)
                return all(reader.position(partition) >= end for partition, end in partitions.items())

            until(all_read, f"the end of {self._name}")
        finally:
            reader.close(autocommit=False)
        return sorted(found, key=lambda record: (record.partition, record.offset))

    def _ends(self) -> dict[int, int]:
        with admin(self._settings) as client:
            return end_offsets(client, self._name)


def deduplicated(records: Sequence[Record]) -> list[Record]:
    """Each position once, in the order of positions; whatever has the same position is the same event."""
    by_position: dict[int, Record] = {}
    for record in records:
        first = by_position.setdefault(record.position, record)
        assert (first.key, first.value, first.headers) == (record.key, record.value, record.headers)
    return [by_position[position] for position in sorted(by_position)]
