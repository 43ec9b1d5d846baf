"""Resets the shared servers for a run of this platform: its topics and its queues."""

import time

import redis
from kafka.errors import GroupIdNotFoundError

from pedidos.messaging import kafka
from pedidos.messaging.groups import BRIDGE
from pedidos.messaging.topics import TOPICS
from pedidos_bench.system import Servers

GONE_SECONDS = 30.0
LOOK_SECONDS = 0.05


class NotGone(Exception):
    """Kafka did not delete a topic in time."""


def topics(servers: Servers) -> None:
    """Creates the platform's topics again, empty and without offsets. Raises NotGone."""
    names = {topic.name for topic in TOPICS}
    with kafka.admin(servers.settings) as client:
        present = names & set(client.list_topics())
        if present:
            client.delete_topics(sorted(present))
        deadline = time.monotonic() + GONE_SECONDS
        while names & set(client.list_topics()):
            if time.monotonic() > deadline:
                raise NotGone(", ".join(sorted(names)))
            time.sleep(LOOK_SECONDS)
        if any(group["group_id"] == BRIDGE.id for group in client.list_groups()):
            try:
                client.delete_groups([BRIDGE.id])
            except GroupIdNotFoundError:
                return
    kafka.create_topics(servers.settings)


def queues(servers: Servers) -> None:
    """Deletes all messages in the broker's database."""
    with redis.Redis.from_url(servers.broker_url) as client:
        client.flushdb()
