"""A producer that the platform does not know: its records reach Kafka, and become dead letters."""

import json
from contextlib import closing

from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.topics import PLACED
from pedidos.settings import env_file
from pedidos.settings.groups.kafka import KafkaSettings
from tests.support.platform import Platform
from tests.support.waiting import until

EVIL = b'{"note": "<script>alert(1)</script>", "long": "%s"}' % (b"x" * 10_000)


def forge(platform: Platform, key: str, count: int) -> list[str]:
    """Sends records without a signature, as somebody could who has the platform's password at Kafka. Returns their
    places, topic/partition/offset, once there is a dead letter about each."""
    given = env_file.read(platform.state_dir / "platform.env")
    names = ("kafka_bootstrap", "kafka_user", "kafka_password")
    settings = KafkaSettings.make(**{name: given[f"PEDIDOS_{name.upper()}"] for name in names})
    headers = [("ce_type", b"br.pedidos.order.placed"), ("<b>evil</b>", b"\xff\x00")]
    with closing(Producer(settings, "a stranger")) as producer:
        sent = producer.send([Record(PLACED, key.encode(), EVIL, headers) for _ in range(count)])
    places = [
        f"{partition.topic}/{partition.partition}/{offset}"
        for partition, (first, last) in sent.items()
        for offset in range(first, last + 1)
    ]
    until(lambda: _known(platform).issuperset(places), f"dead letters about {places}", look_seconds=0.5)
    return places


def _known(platform: Platform) -> set[str]:
    """The places of the records that are refused, as far as there are dead letters about them."""
    return {letter["origin"] for letter in json.loads(platform.run("dead-letters", "list", "--json"))}
