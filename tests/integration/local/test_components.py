"""The local servers: set up once, in awkward folders, and back after a kill -9 with what they had."""

import signal
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.consumer import KafkaConsumer
from kafka.errors import KafkaError
from redis import Redis

from pedidos.errors import KafkaUnavailable
from pedidos.messaging.cluster_view import look
from pedidos.messaging.kafka import admin, create_topics, make_looking_admin
from pedidos.messaging.looking import RecordReader
from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.topics import PLACED, TOPICS
from pedidos.settings.groups.kafka import KafkaSettings, TopicSettings
from pedidos.settings.os_environment import MARK
from pedidos.storage.roles import ROLES
from pedidos_local import kafka, kafka_probe, ports, postgres, records, valkey
from pedidos_local.settings import LocalSettings
from tests.support.programs import ManagedProgram, running
from tests.support.waiting import until

PASSWORD = "a'quote"
BROKER_PASSWORD = "no-spaces-or-quotes"
KAFKA_LOGIN = kafka_probe.Login(kafka_probe.USER, "a-password")


@pytest.fixture
def settings(tmp_path: Path, port_base: int) -> LocalSettings:
    state_dir = tmp_path / "folder with spaces, ção" / ("long-" * 30) / "state"
    state_dir.mkdir(parents=True)
    return LocalSettings(state_dir=state_dir, port_base=port_base)


def connect(settings: LocalSettings) -> psycopg.Connection[tuple[object, ...]]:
    port = settings.port_base + ports.POSTGRES
    return psycopg.connect(host=ports.LOOPBACK, port=port, user="pedidos", dbname="pedidos", password=PASSWORD)


def test_postgres_keeps_what_was_committed_before_a_kill(settings: LocalSettings, tmp_path: Path) -> None:
    postgres.prepare(settings, postgres.Passwords(PASSWORD))
    try:
        first = ManagedProgram(postgres.program(settings), tmp_path / "log")
        try:
            first.start()
            with connect(settings) as connection:
                connection.execute("create table kept as select 1 as one")
        finally:
            first.stop(signal.SIGKILL)
        postgres.prepare(settings, postgres.Passwords(PASSWORD))
        with running(postgres.program(settings), tmp_path / "log"), connect(settings) as connection:
            assert connection.execute("select one from kept").fetchone() == (1,)
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
                assert connection.execute("select current_setting(%s)", [setting]).fetchone() == ("on",)
            superuser = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
            assert superuser == (False,)
    finally:
        postgres.destroy(settings)
    assert not (settings.state_dir / "postgres").exists()


def log_in(settings: LocalSettings, user: str, password: str) -> psycopg.Connection[tuple[object, ...]]:
    port = settings.port_base + ports.POSTGRES
    return psycopg.connect(host=ports.LOOPBACK, port=port, user=user, dbname="pedidos", password=password)


def test_no_password_lets_anyone_in_as_the_superuser(settings: LocalSettings, tmp_path: Path) -> None:
    postgres.prepare(settings, postgres.Passwords(PASSWORD, superuser=PASSWORD))
    try:
        with running(postgres.program(settings), tmp_path / "log"), log_in(settings, "postgres", PASSWORD):
            pass  # so it was before
        postgres.prepare(settings, postgres.Passwords(PASSWORD))
        with running(postgres.program(settings), tmp_path / "log"), connect(settings):
            for user in ("postgres", "pedidos_api"):
                with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                    log_in(settings, user, PASSWORD)
    finally:
        postgres.destroy(settings)


def test_a_cluster_of_an_earlier_version_gets_its_roles(settings: LocalSettings, tmp_path: Path) -> None:
    postgres.prepare(settings, postgres.Passwords(PASSWORD))
    try:
        with running(postgres.program(settings), tmp_path / "log"):
            pass
        roles = dict.fromkeys(ROLES, "another")
        postgres.prepare(settings, postgres.Passwords(PASSWORD, roles))
        with running(postgres.program(settings), tmp_path / "log"):
            for role in ROLES:
                log_in(settings, role, "another").close()
    finally:
        postgres.destroy(settings)


def test_postgres_starts_although_its_old_pid_is_another_program_now(settings: LocalSettings, tmp_path: Path) -> None:
    postgres.prepare(settings, postgres.Passwords(PASSWORD))
    try:
        data = Path(postgres.program(settings).command[-1])
        (data / "postmaster.pid").write_text("1\n")
        postgres.prepare(settings, postgres.Passwords(PASSWORD))
        with running(postgres.program(settings), tmp_path / "log"):
            pass
    finally:
        postgres.destroy(settings)


def test_valkey_keeps_its_queues_and_its_door_shut(settings: LocalSettings, tmp_path: Path) -> None:
    valkey.prepare(settings, BROKER_PASSWORD)
    program = valkey.program(settings, BROKER_PASSWORD)
    port = settings.port_base + ports.VALKEY
    with running(program, tmp_path / "log"), Redis(port=port, password=BROKER_PASSWORD) as client:
        client.lpush("queue", "hint")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with running(program, tmp_path / "log"):
        with Redis(port=port, password=BROKER_PASSWORD) as client:
            assert client.llen("queue") == 1
        assert not valkey.is_ready(port, "wrong")


def test_valkey_is_found_by_its_mark_without_a_record(settings: LocalSettings, tmp_path: Path) -> None:
    valkey.prepare(settings, BROKER_PASSWORD)
    program = replace(valkey.program(settings, BROKER_PASSWORD), env={MARK: str(settings.state_dir)})
    with running(program, tmp_path / "log"):
        [ended] = records.end_leftovers(tmp_path / "no records", settings.state_dir)
    assert ended.startswith("valkey-server (")


def test_kafka_keeps_what_it_acknowledged_before_a_kill(settings: LocalSettings, tmp_path: Path) -> None:
    bootstrap = f"{ports.LOOPBACK}:{settings.port_base + ports.KAFKA}"
    kafka.prepare(settings, None)
    [program] = kafka.programs(settings, None)
    first = ManagedProgram(program, tmp_path / "log")
    try:
        first.start()
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        admin.create_topics([NewTopic("kept", num_partitions=1, replication_factor=1)])
        admin.close()
        producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
        producer.send("kept", b"a value").get(timeout=10)
        producer.close()
    finally:
        first.stop(signal.SIGKILL)
    kafka.prepare(settings, None)
    with running(program, tmp_path / "log"):
        consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
        consumer.assign([TopicPartition("kept", 0)])
        polled = consumer.poll(timeout_ms=10_000)
        consumer.close()
    assert [record.value for batch in polled.values() for record in batch] == [b"a value"]


def test_a_kafka_of_an_earlier_version_keeps_its_records_and_gets_a_password(
    settings: LocalSettings, tmp_path: Path
) -> None:
    port = settings.port_base + ports.KAFKA
    open_to_all = KafkaSettings(kafka_bootstrap=f"{ports.LOOPBACK}:{port}")
    kafka.prepare(settings, None)
    [program] = kafka.programs(settings, None)
    with running(program, tmp_path / "log"):
        create_topics(TopicSettings(kafka_bootstrap=open_to_all.kafka_bootstrap))
        assert kafka_probe.has_joined(port, None)
    kafka.prepare(settings, KAFKA_LOGIN.password)
    [program] = kafka.programs(settings, KAFKA_LOGIN.password)
    assert (settings.state_dir / "kafka" / "1" / "server.properties").stat().st_mode & 0o077 == 0
    own = open_to_all.model_copy(update={"kafka_user": KAFKA_LOGIN.user, "kafka_password": KAFKA_LOGIN.password})
    wrong = own.model_copy(update={"kafka_password": "another password"})
    with running(program, tmp_path / "log"):
        with admin(own) as client:
            assert {topic.name for topic in TOPICS} <= set(client.list_topics())
        for stranger in (open_to_all, wrong):
            with pytest.raises(KafkaUnavailable), admin(stranger) as client:
                client.list_topics()
        assert kafka_probe.answers(port)
        assert not kafka_probe.has_joined(port, None)
        assert not kafka_probe.has_joined(port, KAFKA_LOGIN._replace(password="another password"))
        for request in (kafka_probe.METADATA, kafka_probe.API_VERSIONS):
            assert answered(settings.port_base + ports.KAFKA_CONTROLLER, request) == (request != kafka_probe.METADATA)


def test_a_reader_at_the_local_kafka_reads_and_can_do_nothing_else(settings: LocalSettings, tmp_path: Path) -> None:
    kafka.prepare(settings, KAFKA_LOGIN.password, "a-readers-password")
    [program] = kafka.programs(settings, KAFKA_LOGIN.password)
    own = TopicSettings(
        kafka_bootstrap=f"{ports.LOOPBACK}:{settings.port_base + ports.KAFKA}",
        kafka_user=KAFKA_LOGIN.user,
        kafka_password=KAFKA_LOGIN.password,
        kafka_reader=kafka.READER,
    )
    reader = own.model_copy(update={"kafka_user": kafka.READER, "kafka_password": "a-readers-password"})
    with running(program, tmp_path / "log"):
        for _ in range(2):
            create_topics(own)
        with closing(Producer(own, "tests")) as producer:
            producer.send([Record(PLACED, b"k", b"v", [])])
        until(lambda: RecordReader(reader, "tests").newest(PLACED, 5).records, "the reader's rights")
        with closing(make_looking_admin(reader, "tests", 5.0)) as client:
            (topic,) = [topic for topic in look(client).topics if topic.name == PLACED]
            assert sum(partition.end for partition in topic.partitions) == 1
            assert any(partition.size for partition in topic.partitions)
        with closing(Producer(reader, "tests")) as producer, pytest.raises(KafkaUnavailable):
            producer.send([Record(PLACED, b"k", b"forged", [])])
        with admin(reader) as client:
            with pytest.raises(KafkaError):
                client.delete_topics([PLACED])
            with pytest.raises(KafkaError):
                client.create_topics([NewTopic("pedidos.new", 1, 1)])
        assert len(RecordReader(reader, "tests").newest(PLACED, 5).records) == 1


def answered(port: int, request: int) -> bool:
    """Whether somebody without a password gets an answer."""
    with socket.create_connection((ports.LOOPBACK, port), 5) as connection:
        return bool(kafka_probe.ask(connection, request, 0, b""))


def test_a_kafka_format_that_was_cut_short_is_done_again(settings: LocalSettings) -> None:
    node = settings.state_dir / "kafka" / "1"
    (node / "data").mkdir(parents=True)
    (node / "data.new").mkdir()
    (node / "data.new" / "bootstrap.checkpoint").write_text("half")
    kafka.prepare(settings, "a password")
    assert {file.name for file in (node / "data").iterdir()} == {"meta.properties", "bootstrap.checkpoint"}
    assert not (node / "data.new").exists()


def test_what_does_not_answer_is_not_ready() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as mute:
        port = mute.getsockname()[1]
        assert not kafka_probe.has_joined(port, None)
        assert not kafka_probe.has_joined(port, KAFKA_LOGIN)
        assert not kafka_probe.answers(port)
        assert not valkey.is_ready(port, BROKER_PASSWORD)
        assert not postgres.is_ready(port)
    assert not kafka_probe.has_joined(port, None)
    assert not kafka_probe.answers(port)
    assert not valkey.is_ready(port, BROKER_PASSWORD)
    assert not postgres.is_ready(port)
