"""Sets the offsets of a consumer group whose members are halted."""

import time
from collections.abc import Mapping
from typing import Any

from kafka.errors import NoError
from kafka.structs import OffsetAndMetadata, TopicPartition

from pedidos.messaging.groups import ConsumerGroup
from pedidos.messaging.kafka import admin, committed_offsets, end_offsets
from pedidos.settings.groups.kafka import KafkaSettings

LEFT_SECONDS = 30.0
"""Time within which Kafka notices that the group has no member any more."""
LOOK_SECONDS = 0.5


def set_to_beginning(settings: KafkaSettings, group: ConsumerGroup[Any]) -> int:
    """Every record is read again; returns how many lay before the old offsets."""
    with admin(settings) as client:
        ends = end_offsets(client, group.topic)
        before: int = sum(each.offset for each in committed_offsets(client, group.id).values())
    _set(settings, group, dict.fromkeys(ends, 0))
    return before


def set_to_end(settings: KafkaSettings, group: ConsumerGroup[Any]) -> None:
    """No record that is there now is read."""
    with admin(settings) as client:
        ends = end_offsets(client, group.topic)
    _set(settings, group, ends)


def _set(settings: KafkaSettings, group: ConsumerGroup[Any], offsets: Mapping[int, int]) -> None:
    """Offsets by partition; as soon as the group has no member. Raises TimeoutError."""
    wanted = {TopicPartition(group.topic, number): OffsetAndMetadata(at, "", -1) for number, at in offsets.items()}
    deadline = time.monotonic() + LEFT_SECONDS
    with admin(settings) as client:
        while True:
            answers = client.alter_group_offsets(group.id, wanted)
            if all(error is NoError for error in answers.values()):
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"the group did not let its offsets be set within {LEFT_SECONDS:.0f} s: {answers}")
            time.sleep(LOOK_SECONDS)
