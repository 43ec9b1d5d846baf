"""A producer that the platform does not know: its records reach Kafka, and become dead letters."""

from contextlib import closing

from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.topics import PLACED
from pedidos.settings import env_file
from pedidos.settings.groups import KafkaSettings
from tests.support.platform import Platform

EVIL = b'{"note": "<script>alert(1)</script>", "long": "%s"}' % (b"x" * 10_000)


def forge(platform: Platform, key: str, count: int) -> None:
    """Sends records without a signature, as somebody could who has the platform's password at Kafka."""
    given = env_file.read(platform.state_dir / "platform.env")
    names = ("kafka_bootstrap", "kafka_user", "kafka_password")
    settings = KafkaSettings.make(**{name: given[f"PEDIDOS_{name.upper()}"] for name in names})
    headers = [("ce_type", b"br.pedidos.order.placed"), ("<b>evil</b>", b"\xff\x00")]
    with closing(Producer(settings, "a stranger")) as producer:
        producer.send([Record(PLACED, key.encode(), EVIL, headers) for _ in range(count)])
