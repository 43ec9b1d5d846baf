"""Celery as this platform uses it: a task and a queue for each step, and messages that are hints."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from celery import Celery
from celery.schedules import schedule
from kombu.entity import Queue
from kombu.exceptions import OperationalError

from pedidos.broker import address
from pedidos.broker.clients import amqp_tls, at_sentinels, login, redis_tls
from pedidos.domain.steps import Step
from pedidos.errors import TaskBrokerUnavailable, first_line, is_network_error
from pedidos.processes.broker_transports import LOGIN
from pedidos.settings.groups.broker import BrokerSettings

WATCH = "pedidos.watch"
"""Not a task: the scheduler does it itself."""
RETENTION = "pedidos.retention"
RETENTION_QUEUE = "retention"
REPORT = "pedidos_report"
"""What workers are asked through the broker (`worker.report`)."""
CONNECT_SECONDS = 4.0
SILENCE_SECONDS = 10.0
"""Maximum wait for an answer of the broker."""


def make_celery(settings: BrokerSettings) -> Celery:
    """The Celery application; nothing is connected yet."""
    app = Celery("pedidos", broker=address.for_kombu(settings.broker_url))
    rabbit = address.kind(settings.broker_url) == "amqp"
    app.conf.update(
        broker_use_ssl=_tls(settings, rabbit=rabbit),
        task_queues=[_queue(name, rabbit) for name in queue_names()],
        task_create_missing_queues=False,
        task_default_queue=RETENTION_QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        # A hint is acknowledged only after its step; if one is lost even so, the watchdog finds its orders.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=5.0,
        worker_enable_remote_control=True,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        task_time_limit=120,
        task_soft_time_limit=90,
        task_publish_retry=True,
        task_publish_retry_policy={"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5},
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=CONNECT_SECONDS,
        broker_pool_limit=4,
        broker_transport_options={LOGIN: login(settings)} | (_AMQP_OPTIONS if rabbit else _redis_options(settings)),
    )
    return app


_AMQP_OPTIONS = {"confirm_publish": True, "read_timeout": SILENCE_SECONDS}


def _redis_options(settings: BrokerSettings) -> dict[str, Any]:
    options: dict[str, Any] = {
        # Longer than any task may take, and short enough that the hints of a dead host are redelivered soon.
        "visibility_timeout": 180,
        "socket_connect_timeout": CONNECT_SECONDS,
        # More than the second that kombu lets BRPOP wait; otherwise idle consumers would fail.
        "socket_timeout": SILENCE_SECONDS,
        "socket_keepalive": True,
        "health_check_interval": 15,
        "max_connections": 20,
    }
    if address.kind(settings.broker_url) == "sentinel":
        limits = {"socket_timeout": CONNECT_SECONDS, "socket_connect_timeout": CONNECT_SECONDS}
        options |= {"master_name": settings.sentinel_master, "sentinel_kwargs": at_sentinels(settings, **limits)}
    return options


def _tls(settings: BrokerSettings, *, rabbit: bool) -> dict[str, Any] | bool:
    if not address.is_encrypted(settings.broker_url):
        return False
    return amqp_tls(settings) if rabbit else redis_tls(settings)


def beat_schedule(watchdog_seconds: float) -> dict[str, Any]:
    """What the scheduler starts and how often, as Celery's beat_schedule."""
    return {
        "watch": {"task": WATCH, "schedule": _every(watchdog_seconds)},
        # While no worker runs, periodic tasks must not pile up.
        "retention": {"task": RETENTION, "schedule": _every(600.0), "options": {"expires": 600}},
    }


def _every(seconds: float) -> schedule:
    """A schedule by the monotonic clock, which cannot be set.

    With the system clock, nothing would be sent for an hour after that clock is set back by an hour.
    """
    began = datetime.now(UTC) - timedelta(seconds=time.monotonic())
    return schedule(timedelta(seconds=seconds), nowfun=lambda: began + timedelta(seconds=time.monotonic()))


def _queue(name: str, rabbit: bool) -> Queue:
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 20} if rabbit else None
    return Queue(name, routing_key=name, queue_arguments=arguments)  # type: ignore[no-untyped-call]  # kombu ships no types


def queue_names() -> list[str]:
    """Every queue: one per step, and the one for retention."""
    return [*Step, RETENTION_QUEUE]


def task_name(step: Step) -> str:
    """The name of the step's task in messages."""
    return f"pedidos.{step}"


@contextmanager
def our_errors() -> Iterator[None]:
    """Raises kombu's errors as TaskBrokerUnavailable, as a context or around a function."""
    try:
        yield
    except OperationalError as error:
        # kombu treats every OSError as a lost connection, even that of a missing certificate.
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, OSError) and not is_network_error(cause):
                raise cause from None
            cause = cause.__cause__ or cause.__context__
        raise TaskBrokerUnavailable(first_line(error)) from error


@our_errors()
def hint(app: Celery, step: Step, order_ids: Sequence[UUID]) -> None:
    """Sends "look at these orders" to the workers of the step. Raises TaskBrokerUnavailable."""
    app.send_task(task_name(step), args=[[str(order_id) for order_id in order_ids]], queue=str(step))


@our_errors()
def queue_lengths(app: Celery) -> dict[str, int]:
    """The number of waiting messages per queue. Raises TaskBrokerUnavailable."""
    with app.producer_pool.acquire(block=True, timeout=CONNECT_SECONDS) as producer:

        def ask() -> dict[str, int]:
            channel = producer.channel
            return {queue.name: queue(channel).queue_declare().message_count for queue in app.conf.task_queues}

        # Replaces a connection that the broker has closed; every driver's errors become OperationalError.
        lengths: dict[str, int] = producer.connection.ensure(producer, ask, **app.conf.task_publish_retry_policy)()
        return lengths


@our_errors()
def reports(app: Celery, seconds: float, workers: int | None) -> dict[str, dict[str, Any]]:
    """What each worker answers to REPORT, by its name. seconds: how long to wait; less if that number of workers has
    answered. Raises TaskBrokerUnavailable."""
    answers = app.control.broadcast(REPORT, reply=True, timeout=seconds, limit=workers) or []
    told = {name: report for answer in answers for name, report in answer.items()}
    # One that does not know the command answers with an error: it is of an earlier version.
    return {name: report for name, report in told.items() if "queues" in report}
