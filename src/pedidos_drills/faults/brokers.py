"""One of three Kafka brokers is killed or stopped, and partitions change their leader while the relay produces."""

import asyncio
import random
import signal

from pedidos.errors import KafkaUnavailable
from pedidos.messaging.kafka import admin
from pedidos.messaging.topics import TOPICS
from pedidos.sentence import Sentence
from pedidos.settings.groups.kafka import KafkaSettings
from pedidos_drills.drill import Drill, DrillContext

BROKERS = 3
PREFERRED = 0
"""Kafka's number for the election that returns partitions to their preferred leaders."""
STOPPED_SECONDS = 10.0
"""Longer than the other brokers wait for a broker's heartbeat."""
IN_SYNC_SECONDS = 60.0
LOOK_SECONDS = 0.5


async def run(scene: DrillContext) -> None:
    settings = scene.stage.settings
    choose = random.Random(scene.load.seed)  # noqa: S311  # the same seed, the same victims
    for number in choose.sample(range(1, BROKERS + 1), BROKERS):
        await _all_in_sync(settings)
        await scene.load.until_accepted(15)
        async with scene.broken(f"broker {number} of {BROKERS} is killed"):
            await scene.killed(f"kafka-{number}")
        await _all_in_sync(settings)
        await scene.load.until_accepted(10)
        async with scene.broken("partitions are returned to their preferred leaders"):
            await asyncio.to_thread(_move_leaders, settings)
    stopped = f"kafka-{choose.randint(1, BROKERS)}"
    async with scene.broken(f"{stopped} is stopped for {STOPPED_SECONDS:.0f} s"):
        scene.stage.kill(stopped, signal.SIGSTOP)
        await asyncio.sleep(STOPPED_SECONDS)
        scene.stage.kill(stopped, signal.SIGCONT)
    await _all_in_sync(settings)


async def _all_in_sync(settings: KafkaSettings) -> None:
    """Returns when every replica of every partition is in sync. Raises TimeoutError."""
    async with asyncio.timeout(IN_SYNC_SECONDS):
        while not await asyncio.to_thread(_in_sync, settings):
            await asyncio.sleep(LOOK_SECONDS)


def _in_sync(settings: KafkaSettings) -> bool:
    try:
        with admin(settings) as client:
            topics = client.describe_topics([topic.name for topic in TOPICS])
    except KafkaUnavailable:
        return False
    return all(len(partition["isr_nodes"]) == BROKERS for topic in topics for partition in topic["partitions"])


def _move_leaders(settings: KafkaSettings) -> None:
    with admin(settings) as client:
        client.elect_leaders(PREFERRED, raise_errors=False)


DRILL = Drill(
    "brokers",
    breaks=Sentence("One after another of three Kafka brokers is killed, and partitions keep changing their leader."),
    weak=Sentence("Events that the killed broker had acknowledged are lost."),
    run=run,
    orders=900,
    rate=12.0,
    changes={"kafka_brokers": BROKERS, "replication": BROKERS},
)
