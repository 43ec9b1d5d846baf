"""Hints through a task broker, as the platform sends and takes them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import UUID, uuid4

from celery import Celery
from kombu.message import Message

from pedidos.domain.steps import Step
from pedidos.processes.celery_app import hint, make_celery, queue_lengths
from pedidos.settings.groups.broker import BrokerSettings
from tests.support.waiting import until

SECONDS = 10.0


@contextmanager
def app_for(settings: BrokerSettings) -> Iterator[Celery]:
    with closing(make_celery(settings)) as app:
        yield app


def there_and_back(app: Celery) -> None:
    """A hint arrives, and its queue is empty afterwards."""
    order_id = uuid4()
    hint(app, Step.CHARGE, [order_id])
    until(lambda: queue_lengths(app)[Step.CHARGE] == 1, "the hint to be in its queue")
    assert take(app) == [[str(order_id)]]
    assert queue_lengths(app)[Step.CHARGE] == 0


def take(app: Celery) -> list[list[str]]:
    """The orders of the next hint."""
    (queue,) = (each for each in app.conf.task_queues if each.name == Step.CHARGE)
    received: list[list[str]] = []

    def receive(body: list[list[list[str]]], message: Message) -> None:
        received.append(body[0][0])
        message.ack()

    with app.connection_for_read() as connection, connection.Consumer([queue], callbacks=[receive]):
        connection.drain_events(timeout=SECONDS)
    return received


def sent(app: Celery, order_id: UUID) -> None:
    hint(app, Step.CHARGE, [order_id])
