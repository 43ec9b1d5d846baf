"""A queue entry that is not a Celery message is dropped: it does not end the process that reads the queue."""

from kombu.entity import Queue
from kombu.message import Message
from redis import Redis

from pedidos.processes.celery_app import make_celery
from pedidos_local.settings import PlatformSettings

FOREIGN = (b"no JSON", b"\xff\x00\xfe", b"{}", b"[]", b"null", b"7", b'{"body": 1, "headers": {}}', b"[" * 100_000)
SECONDS = 5.0


def test_foreign_entries_are_dropped(settings: PlatformSettings) -> None:
    app = make_celery(settings)
    queue = Queue("foreign", routing_key="foreign")
    received: list[object] = []

    def receive(body: object, message: Message) -> None:
        received.append(body)
        message.ack()

    with Redis.from_url(settings.broker_url, socket_timeout=SECONDS) as broker:
        broker.delete(queue.name)
        for entry in FOREIGN:
            broker.lpush(queue.name, entry)
    with app.connection_for_write() as connection:
        connection.Producer().publish({"ours": True}, routing_key=queue.name, declare=[queue], exchange=queue.exchange)
        consumer = connection.Consumer([queue], callbacks=[receive])
        with consumer:
            for _ in range(len(FOREIGN) + 1):
                connection.drain_events(timeout=SECONDS)
    app.close()
    assert received == [{"ours": True}]
