"""The service for dead letters, with what it sends with: for the commands and for the jobs of the pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from pedidos.dead_letters.service import DeadLetterService
from pedidos.domain.audit import Who
from pedidos.messaging.producer import Producer
from pedidos.messaging.signatures import RecordKeys
from pedidos.processes import celery_app
from pedidos.settings.processes import SenderSettings

ServiceFor = Callable[[Who], DeadLetterService]
"""The service for what this person does."""


@contextmanager
def dead_letter_service(settings: SenderSettings, engine: Engine) -> Iterator[ServiceFor]:
    """Inside, the service can send records and hints. Nothing is connected before something is sent."""
    app = celery_app.make_celery(settings)
    producer = Producer(settings, "pedidos-dead-letters")
    keys = RecordKeys(settings.record_keys)
    try:
        yield lambda who: DeadLetterService(
            engine, who, keys, lambda step, order_ids: celery_app.hint(app, step, order_ids), producer.send
        )
    finally:
        producer.close()
        app.close()
