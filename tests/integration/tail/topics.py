"""The topics of the event log, deleted and created again."""

from pedidos.messaging.kafka import admin, create_topics, end_offsets
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos_local.settings import PlatformSettings
from tests.support.waiting import until


def recreate(settings: PlatformSettings) -> None:
    """Removes both topics with their records, and creates them with as many partitions as the settings say."""
    with admin(settings) as client:
        client.delete_topics([EVENTS, PLACED])
        until(lambda: not {EVENTS, PLACED} & set(client.list_topics()), "the end of the topics")
        create_topics(settings)
        wanted = [settings.partitions] * 2
        until(lambda: [len(end_offsets(client, topic)) for topic in (EVENTS, PLACED)] == wanted, "the new topics")
