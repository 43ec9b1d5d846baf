"""The consumer group's offsets are set back to the beginning: every order is hinted again."""

import asyncio
import time

from kafka.errors import NoError
from kafka.structs import OffsetAndMetadata, TopicPartition

from pedidos.messaging.groups import BRIDGE
from pedidos.messaging.kafka import admin, committed_offsets, end_offsets
from pedidos.settings.groups import KafkaSettings
from pedidos_drills.drill import Drill, DrillContext

LEFT_SECONDS = 30.0
"""Time within which Kafka notices that the group has no member any more."""
LOOK_SECONDS = 0.5


async def run(scene: DrillContext) -> None:
    for _ in range(2):
        await scene.load.until_accepted(40)
        async with scene.broken("the bridge's offsets are reset to the beginning"):
            await scene.stage.supervisor.halt("bridge-1")
            records = await asyncio.to_thread(_set_back, scene.stage.settings)
            await scene.stage.supervisor.resume("bridge-1")
        scene.say(f"  {records} records are read again")


def _set_back(settings: KafkaSettings) -> int:
    """Sets the offsets to 0 once the group has no member; returns how many records lay before the old offsets."""
    deadline = time.monotonic() + LEFT_SECONDS
    with admin(settings) as client:
        partitions = [TopicPartition(BRIDGE.topic, number) for number in end_offsets(client, BRIDGE.topic)]
        before: int = sum(each.offset for each in committed_offsets(client, BRIDGE.id).values())
        while True:
            answers = client.alter_group_offsets(BRIDGE.id, dict.fromkeys(partitions, OffsetAndMetadata(0, "", -1)))
            if all(error is NoError for error in answers.values()):
                return before
            if time.monotonic() > deadline:
                raise TimeoutError(f"the group did not let its offsets be set within {LEFT_SECONDS:.0f} s: {answers}")
            time.sleep(LOOK_SECONDS)


DRILL = Drill(
    "offsets-reset",
    breaks="The consumer group's offsets are reset to the beginning of the topic.",
    weak="Every order is processed again, and its customer is charged again.",
    run=run,
    orders=400,
    rate=15.0,
)
