"""Each server that stops answering has its own error; a file that cannot be read or written is not an outage."""

import errno
import gc
import os
from collections.abc import Iterator

import pytest
from celery import Celery
from sqlalchemy import Connection, Engine, text

from pedidos.domain.steps import Step
from pedidos.errors import (
    ConnectionsExhausted,
    DatabaseUnavailable,
    KafkaUnavailable,
    ServerUnavailable,
    TaskBrokerUnavailable,
    Transient,
)
from pedidos.messaging import kafka
from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.topics import EVENTS
from pedidos.processes import celery_app
from pedidos.settings.groups.broker import BrokerSettings
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.settings.groups.kafka import KafkaSettings
from pedidos.storage.engine import in_statement, in_transaction, make_engine
from tests.support.silence import stopped

SECONDS = 0.3
"""Patience with a server that is stopped."""


@pytest.fixture
def impatient(database_url: str) -> Iterator[Engine]:
    settings = DatabaseSettings(database_url=database_url, database_pool=1, database_timeout_seconds=SECONDS)
    engine = make_engine(settings, "tests", answer_seconds=SECONDS)
    in_statement(engine, one)
    yield engine
    engine.dispose()


@pytest.fixture
def broker(valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Celery]:
    monkeypatch.setattr(celery_app, "SILENCE_SECONDS", SECONDS)
    monkeypatch.setattr(celery_app, "CONNECT_SECONDS", SECONDS)
    app = celery_app.make_celery(BrokerSettings(broker_url=valkey_url))
    celery_app.queue_lengths(app)
    yield app
    app.close()


def one(connection: Connection) -> int:
    return int(connection.execute(text("select 1")).scalar_one())


def test_a_postgresql_that_is_stopped(impatient: Engine, database_url: str) -> None:
    with stopped(database_url), pytest.raises(DatabaseUnavailable) as caught:
        in_statement(impatient, one)
    assert caught.value.connection_lost
    assert not isinstance(caught.value, ConnectionsExhausted)
    assert in_statement(impatient, one) == 1


def test_a_postgresql_that_is_not_there() -> None:
    engine = make_engine(DatabaseSettings(database_url="postgresql://shop:word@127.0.0.1:1/shop"), "tests")
    with pytest.raises(DatabaseUnavailable, match="port 1") as caught:
        in_transaction(engine, one)
    assert not caught.value.connection_lost  # there was none


def test_all_connections_at_work(impatient: Engine) -> None:
    with impatient.connect(), pytest.raises(ConnectionsExhausted):
        in_transaction(impatient, one)


def test_a_connection_that_the_server_has_ended_is_replaced(impatient: Engine, engine: Engine) -> None:
    backend = in_statement(impatient, lambda c: c.execute(text("select pg_backend_pid()")).scalar_one())
    ended = text("select pg_terminate_backend(:backend, 5000)")
    assert in_statement(engine, lambda c: c.execute(ended, {"backend": backend}).scalar_one())
    assert in_statement(impatient, one) == 1


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_kafka_that_is_stopped(kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clients connect first: one that cannot is left by kafka-python with an open socket."""
    settings = KafkaSettings(kafka_bootstrap=kafka_bootstrap)
    producer, reader = Producer(settings, "tests"), kafka.make_reader(settings, "tests")
    assert kafka.partitions_of(reader, EVENTS)
    monkeypatch.setattr(kafka, "REQUEST_SECONDS", 1.0)
    producer.connect()
    client = kafka.make_admin(settings)
    with stopped(f"//{kafka_bootstrap}"):
        with pytest.raises(KafkaUnavailable):
            producer.send([Record(EVENTS, b"key", b"value", [])])
        with pytest.raises(KafkaUnavailable):
            kafka.partitions_of(reader, "a topic that it has to ask for")
        with pytest.raises(KafkaUnavailable):
            kafka.end_offsets(client, EVENTS)
    for each in (client, producer, reader):
        each.close()
    del client, producer, reader, each
    # kafka-python closes no socket of an attempt to connect that timed out. They go here, and not in a later test.
    gc.collect()


def test_a_task_broker_that_is_stopped(broker: Celery, valkey_url: str) -> None:
    with stopped(valkey_url):
        with pytest.raises(TaskBrokerUnavailable):
            celery_app.queue_lengths(broker)
        with pytest.raises(TaskBrokerUnavailable):
            celery_app.hint(broker, Step.VALIDATE, [])


def test_a_certificate_that_is_missing_is_not_a_task_broker_that_is_away(valkey_url: str) -> None:
    # A database of its own: kombu would hand these connections to every app that asks for the same one without TLS.
    address = valkey_url.removeprefix("redis://").removesuffix("/0")
    url = f"rediss://{address}/9?ssl_cert_reqs=required&ssl_ca_certs=/no/such/file.pem"
    app = celery_app.make_celery(BrokerSettings(broker_url=url))
    with pytest.raises(FileNotFoundError):
        celery_app.queue_lengths(app)
    app.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_file_error_in_a_transaction_is_not_a_database_that_is_away(engine: Engine, number: int) -> None:
    def writes_a_file(_: Connection) -> None:
        raise OSError(number, os.strerror(number), "report.json")

    with pytest.raises(OSError, match=os.strerror(number)) as caught:
        in_transaction(engine, writes_a_file)
    assert not isinstance(caught.value, Transient | ServerUnavailable)
