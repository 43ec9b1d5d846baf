"""A record that the platform refuses, so that there is a dead letter to be seen."""

from contextlib import closing

from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.topics import PLACED
from pedidos.settings.groups.kafka import KafkaSettings


def send_refused(settings: KafkaSettings) -> str:
    """Sends a record without a signature. Returns its place, topic/partition/offset."""
    with closing(Producer(settings, "pictures")) as producer:
        sent = producer.send([Record(PLACED, b"pictures", b'{"note": "This record is not signed."}', [])])
    partition, (first, _) = next(iter(sent.items()))
    return f"{partition.topic}/{partition.partition}/{first}"
