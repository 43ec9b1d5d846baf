"""What is said of servers that no test can have here: from what was seen of them alone."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from pedidos.messaging.topics import TOPICS
from pedidos.sentence import Sentence
from pedidos.server_checks import gateway, kafka, postgres, rabbitmq, valkey
from pedidos.server_checks.findings import Away, Flaw, Unfit
from pedidos.server_checks.kafka import NEEDED, ClusterFacts, TopicFacts
from pedidos.server_checks.rabbitmq import RabbitFacts
from pedidos.server_checks.valkey import ValkeyFacts
from pedidos.settings.groups.database import RoomSettings
from pedidos.settings.groups.kafka import PartitionSettings
from pedidos.storage.server import ServerFacts

SETTINGS = PartitionSettings()
NOW = 1_800_000_000.0

POSTGRES = ServerFacts(
    version="18.6",
    number=180006,
    encoding="UTF8",
    role="pedidos",
    database="pedidos",
    standby=False,
    schema="public",
    may_create=True,
    foreign=[],
    connections=97,
    fsync=True,
    log_verbosity="terse",
    now=NOW,
)
TOPIC = TopicFacts(SETTINGS.partitions, copies=1, settings={"cleanup.policy": "delete", "max.message.bytes": "1048588"})
KAFKA = ClusterFacts(
    (4, 0),
    1,
    frozenset({"CREATE"}),
    {t.name: replace(TOPIC, partitions=t.partitions or TOPIC.partitions) for t in TOPICS},
)
VALKEY = ValkeyFacts("Valkey", "9.1.2", "standalone", "master", 0, "noeviction")


def told(flaws: Iterable[Flaw]) -> str:
    (flaw,) = flaws
    return f"{'fatal' if flaw.fatal else 'warning'} {flaw}"


def test_servers_that_are_as_they_should_be() -> None:
    assert not list(postgres.flaws(POSTGRES, RoomSettings(), NOW + 1))
    assert not list(kafka.flaws(KAFKA, SETTINGS))
    assert not list(kafka.flaws(replace(KAFKA, topics={}), SETTINGS))
    assert not list(valkey.flaws(VALKEY))
    assert not list(valkey.flaws(replace(VALKEY, product="Redis", version="7.2.4")))
    assert not list(rabbitmq.flaws(RabbitFacts("RabbitMQ", "4.1.0")))
    assert not gateway.flaws(404, b'{"title": "This key was never seen."}')


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": "15.18", "number": 150018}, "fatal PostgreSQL: It is version 15.18. Use 16 or newer"),
        ({"settled": False}, "fatal PostgreSQL: A pooler between takes away the settings of our sessions. Set PED"),
        ({"encoding": "LATIN1"}, "fatal PostgreSQL: The database pedidos has the encoding LATIN1. Make one with"),
        ({"standby": True}, "fatal PostgreSQL: It is a standby"),
        (
            {"schema": None, "may_create": False},
            "fatal PostgreSQL: There is neither a schema pedidos nor a schema public.",
        ),
        ({"may_create": False}, "fatal PostgreSQL: The role pedidos may not make tables in the schema public."),
        ({"foreign": ["orders"]}, "fatal PostgreSQL: Tables of our names belong to another role: orders."),
        ({"connections": 20}, "warning PostgreSQL: The role pedidos may open 20 connections"),
        ({"fsync": False}, "warning PostgreSQL: fsync is off."),
        ({"log_verbosity": "default"}, "warning PostgreSQL: log_error_verbosity is default."),
        ({"now": NOW + 60}, "warning PostgreSQL: Its clock is 60 s ahead of ours."),
        ({"now": NOW - 60}, "warning PostgreSQL: Its clock is 60 s behind ours."),
    ],
)
def test_postgresql(change: dict[str, Any], said: str) -> None:
    assert told(postgres.flaws(replace(POSTGRES, **change), RoomSettings(), NOW)).startswith(said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            'FATAL:  password authentication failed for user "x"',
            "It does not let us in (password authentication failed",
        ),
        ('FATAL:  database "x" does not exist', 'It does not let us in (database "x" does not exist)'),
        ('FATAL: no pg_hba.conf entry for host "1.2.3.4"', "It does not let us in (no pg_hba.conf entry"),
        ("FATAL: unsupported startup parameter: options", "It is a pooler (unsupported startup parameter"),
    ],
)
def test_what_waiting_does_not_cure(words: str, said: str) -> None:
    assert said in str(postgres.refused(f"connection failed: {words}"))


@pytest.mark.parametrize(
    "words", ["Connection refused", "FATAL: the database system is starting up", "timeout expired"]
)
def test_what_waiting_may_cure(words: str) -> None:
    with pytest.raises(Away, match=words):
        postgres.refused(words)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": (3, 9)}, "fatal Kafka: It is version 3.9."),
        ({"topics": {}, "may": frozenset()}, "fatal Kafka: It does not let us make the topics"),
    ],
)
def test_kafka(change: dict[str, Any], said: str) -> None:
    assert told(kafka.flaws(replace(KAFKA, **change), SETTINGS)).startswith(said)


def test_kafka_with_too_few_brokers() -> None:
    flaws = kafka.flaws(replace(KAFKA, topics={}), PartitionSettings(replication=3))
    assert told(flaws).startswith(
        "fatal Kafka: It has 1 brokers; there should be 3 copies of each topic. Set PEDIDOS_REPL"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"may": NEEDED | {"READ"}}, "fatal Kafka: We may not write the topic"),
        ({"may": frozenset({"READ", "WRITE"})}, "fatal Kafka: We may not describe the topic"),
        ({"may": NEEDED}, "warning Kafka: We may not read, write the topic"),
        ({"headless": 2}, "warning Kafka: 2 of 6 partitions of"),
        (
            {"partitions": 3},
            "warning Kafka: pedidos.orders.placed has 3 partitions, not 6. Set PEDIDOS_PARTITIONS to 3.",
        ),
        ({"partitions": 12}, "warning Kafka: pedidos.orders.placed has 12 partitions, not 6."),
        ({"copies": 0}, "warning Kafka: pedidos.orders.placed has 0 copies of a partition, not 1."),
        ({"settings": {"cleanup.policy": "compact"}}, "fatal Kafka: pedidos.orders.placed has cleanup.policy compact"),
        ({"settings": {"min.insync.replicas": "2"}}, "fatal Kafka: pedidos.orders.placed has min.insync.replicas 2"),
        (
            {"settings": {"max.message.bytes": "65536"}},
            "fatal Kafka: pedidos.orders.placed has max.message.bytes 65536",
        ),
        (
            {"settings": {"retention.ms": "3600000"}},
            "warning Kafka: pedidos.orders.placed keeps records for 1.0 hours, not",
        ),
        ({"settings": {"retention.bytes": "1"}}, "warning Kafka: pedidos.orders.placed has retention.bytes 1"),
    ],
)
def test_a_topic(change: dict[str, Any], said: str) -> None:
    settings = SETTINGS if change.get("copies") != 0 else PartitionSettings(replication=1)
    facts = replace(TOPIC, **change)
    if facts.copies == 0:
        facts = replace(facts, settings={"min.insync.replicas": "0"})
    assert told(kafka.topic_flaws(TOPICS[0], facts, settings)).startswith(said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"product": "Redis", "version": "5.0.14"}, "fatal Redis: It is version 5.0.14."),
        ({"mode": "cluster"}, "fatal Valkey: It runs as cluster."),
        ({"mode": "sentinel"}, "fatal Valkey: It runs as sentinel."),
        ({"role": "slave", "write_error": "READONLY"}, "fatal Valkey: It follows another server."),
        ({"write_error": "OOM command not allowed"}, "fatal Valkey: It takes no writes (OOM command not allowed)."),
        ({"policy": "allkeys-lru", "max_memory": 10**8}, "fatal Valkey: Its maxmemory-policy is allkeys-lru"),
        ({"policy": "allkeys-lru"}, "warning Valkey: Its maxmemory-policy is allkeys-lru"),
        ({"kinds": {"charge": "string"}}, "fatal Valkey: The key charge holds a string, not a list"),
        ({"kinds": {"charge": "list", "unacked": "list"}}, "fatal Valkey: The key unacked holds a list, not a hash"),
    ],
)
def test_valkey(change: dict[str, Any], said: str) -> None:
    assert told(valkey.flaws(replace(VALKEY, **change))).startswith(said)


def test_rabbitmq() -> None:
    assert told(rabbitmq.flaws(RabbitFacts("RabbitMQ", "3.7.28"))).startswith("fatal RabbitMQ: It is version 3.7.28.")
    unlike = RabbitFacts("RabbitMQ", "4.1.0", unlike={"charge": "PRECONDITION_FAILED"})
    assert "queues of our names, of another kind: charge (PRECONDITION_FAILED)." in told(rabbitmq.flaws(unlike))
    barred = RabbitFacts("RabbitMQ", "4.1.0", barred={"charge": "ACCESS_REFUSED", "undo": "ACCESS_REFUSED"})
    assert "We may not use our queues: charge, undo (ACCESS_REFUSED)." in told(rabbitmq.flaws(barred))


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            200,
            b"<!doctype html><title>Welcome",
            "fatal Payment gateway: What answers there is no payment gateway: HTTP 200",
        ),
        (404, b"404 page not found", "fatal Payment gateway: What answers there is no payment gateway: HTTP 404"),
        (401, b"{}", "fatal Payment gateway: It refuses us (HTTP 401)."),
        (503, b"", "warning Payment gateway: It does not work now (HTTP 503)."),
    ],
)
def test_the_gateway(status: int, body: bytes, said: str) -> None:
    assert told(gateway.flaws(status, body)).startswith(said)


def test_each_flaw_has_a_line() -> None:
    one = Flaw("A", Sentence("It is one."), Sentence("Do this."))
    flaws = [one, Flaw("B", Sentence("It is another."), Sentence("Do that."))]
    assert str(Unfit(flaws)) == "A: It is one. Do this.\nB: It is another. Do that."
