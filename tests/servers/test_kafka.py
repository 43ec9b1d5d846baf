"""Every way in which a managed Kafka lets its clients in, and what is said if it does not."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kafka import TopicPartition

from pedidos.errors import KafkaUnavailable
from pedidos.messaging.kafka import admin, create_topics, end_offsets, make_group_consumer, make_reader
from pedidos.messaging.polling import poll
from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.rights import user_of
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.settings.groups.kafka import KafkaSettings, TopicSettings
from tests.integration.server_checks.asking import Flaws
from tests.servers.authority import Authority
from tests.servers.kafkas import ODD_USER, PASSWORD, Kafka
from tests.servers.tokens import SECRET, TokenServer
from tests.support.settings import forget_settings
from tests.support.waiting import until

RELAY = user_of("relay")


def there_and_back(settings: KafkaSettings) -> None:
    """A record is written and read again."""
    value = uuid4().bytes
    with closing(Producer(settings, "tests")) as producer:
        (place,) = producer.send([Record(EVENTS, b"key", value, [])]).items()
    partition, (offset, _) = place
    with closing(make_reader(settings, "tests")) as reader:
        reader.assign([partition])
        reader.seek(partition, offset)
        found: list[bytes] = []

        def is_read() -> bool:
            found.extend(record.value for records in poll(reader, 0.5).values() for record in records)
            return bool(found)

        until(is_read, "the record")
    assert found[0] == value


WAYS: dict[str, Callable[[Kafka, Authority, TokenServer], KafkaSettings]] = {
    "mutual TLS": lambda kafka, authority, _: kafka.at(
        "MUTUAL",
        kafka_certificate_file=authority.client(RELAY).chain,
        kafka_key_file=authority.client(RELAY).key,
    ),
    "PLAIN": lambda kafka, *_: kafka.at("PLAIN", kafka_user=RELAY, kafka_password=PASSWORD),
    "SCRAM-SHA-256": lambda kafka, *_: kafka.at(
        "SCRAM", kafka_mechanism="SCRAM-SHA-256", kafka_user=RELAY, kafka_password=PASSWORD
    ),
    "SCRAM-SHA-512": lambda kafka, *_: kafka.at(
        "SCRAM", kafka_mechanism="SCRAM-SHA-512", kafka_user=RELAY, kafka_password=PASSWORD
    ),
    "OAUTHBEARER, token": lambda kafka, _, tokens: kafka.at("OAUTH", kafka_token=tokens.token(RELAY)),
    "OAUTHBEARER, server": lambda kafka, _, tokens: kafka.at(
        "OAUTH", kafka_token_url=tokens.token_url, kafka_user=RELAY, kafka_password=SECRET
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_relay_is_let_in(way: str, kafka: Kafka, authority: Authority, tokens: TokenServer) -> None:
    there_and_back(WAYS[way](kafka, authority, tokens))


def test_tls_alone(kafka: Kafka, flaws: Flaws) -> None:
    there_and_back(kafka.at("TLS"))
    assert [line for line in flaws("kafka", **kafka.at("TLS").model_dump()) if line.startswith("!")] == []


def test_a_user_with_any_name(kafka: Kafka) -> None:
    with admin(kafka.at("SCRAM", kafka_mechanism="SCRAM-SHA-512", kafka_user=ODD_USER, kafka_password=PASSWORD)) as it:
        assert it.list_topics() == []  # let in, without a right


def test_topics_that_exist_are_left_as_they_are(kafka: Kafka, flaws: Flaws) -> None:
    settings = TopicSettings.make(**kafka.at("INTERNAL").model_dump())
    assert create_topics(settings) == []
    lines = flaws("kafka", **settings.model_dump())
    assert lines == [
        f"Kafka: {name} has 8 partitions, not 6. Set PEDIDOS_PARTITIONS to 8." for name in (PLACED, EVENTS)
    ] + [line for line in lines if "min.insync" in line or "keeps records" in line]
    assert not [line for line in lines if line.startswith("!")]


def wrong(kafka: Kafka, stranger: Path, tokens: TokenServer) -> Iterator[tuple[dict[str, Any], str]]:
    """Settings that do not fit, and what has to be said about them."""
    login = {"kafka_user": RELAY, "kafka_password": PASSWORD}
    trusting = {"kafka_tls": True, "kafka_ca_file": kafka.authority}

    def at(listener: str, **more: object) -> dict[str, Any]:
        return {"kafka_bootstrap": f"localhost:{kafka.ports[listener]}", **more}

    yield at("PLAIN", **trusting, kafka_user=RELAY, kafka_password="wrong"), "It does not let us in ("
    yield (
        at("SCRAM", **trusting, kafka_mechanism="SCRAM-SHA-256", kafka_user=RELAY, kafka_password="wrong"),
        "It does not let us in (",
    )
    yield at("OAUTH", **trusting, kafka_token=tokens.token(RELAY, audience="another")), "It does not let us in ("
    yield at("TLS", kafka_tls=True, kafka_ca_file=stranger), "The certificate of localhost is not to be trusted ("
    yield (
        {**at("TLS", **trusting), "kafka_bootstrap": f"127.0.0.1:{kafka.ports['TLS']}"},
        "The certificate of 127.0.0.1 is not to be trusted (",
    )
    yield at("SCRAM", **trusting, **login), "It does not take the mechanism PLAIN. Set PEDIDOS_KAFKA_MECHANISM to one"
    yield at("PLAIN", **trusting), "A broker wants to know who we are. Set PEDIDOS_KAFKA_USER"
    yield at("INTERNAL", **trusting), "A broker does not speak TLS where we expect it. Correct PEDIDOS_KAFKA_TLS"
    yield at("TLS"), "A broker wants TLS. Set PEDIDOS_KAFKA_TLS to true"
    yield at("MUTUAL", **trusting), "A broker ends the handshake of TLS ("


def test_what_is_wrong_is_said(kafka: Kafka, stranger: Path, tokens: TokenServer, flaws: Flaws) -> None:
    for settings, said in wrong(kafka, stranger, tokens):
        (line,) = flaws("kafka", **settings)
        assert line.startswith(f"! Kafka: {said}"), settings
        assert PASSWORD not in line


def test_a_rotated_password_is_used_without_a_restart(
    kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka closes the connections, knows another password, and only then the file has it."""
    forget_settings(monkeypatch)
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    user = user_of("notifier")
    monkeypatch.setenv("PEDIDOS_KAFKA_PASSWORD_FILE", str(file))
    settings = kafka.at("SCRAM", kafka_mechanism="SCRAM-SHA-512", kafka_user=user)
    with closing(make_group_consumer(settings, "tests", "pedidos-notifier", 10)) as consumer:
        consumer.subscribe([EVENTS])
        until(lambda: poll(consumer, 0.5) is not None and consumer.assignment(), "the partitions")
        kafka.set_password(user, "another one")
        try:
            kafka.program.stop()
            kafka.program.start()

            def is_refused() -> bool:
                try:
                    poll(consumer, 0.5)
                except KafkaUnavailable:
                    return True
                return False

            until(is_refused, "the old password to be refused", 60)
            file.write_text("another one")
            there_and_back(kafka.at("PLAIN", kafka_user=RELAY, kafka_password=PASSWORD))

            def reads() -> bool:
                try:
                    return bool(poll(consumer, 1.0))
                except KafkaUnavailable:
                    return False

            until(reads, "the consumer to read with the new password", 60)
        finally:
            kafka.set_password(user, PASSWORD)


def test_a_rotated_certificate_is_shown_by_the_next_connection(
    kafka: Kafka, authority: Authority, tmp_path: Path
) -> None:
    first, second = authority.client(user_of("live")), authority.client(RELAY)
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    for source, target in ((first.chain, chain), (first.key, key)):
        shutil.copy(source, target)
    settings = kafka.at("MUTUAL", kafka_certificate_file=chain, kafka_key_file=key)
    with closing(Producer(settings, "tests")) as producer:
        with pytest.raises(KafkaUnavailable):
            producer.send([Record(EVENTS, b"key", b"of live, who may not write", [])])
        for source, target in ((second.key, key), (second.chain, chain)):
            shutil.copy(source, target)
        assert producer.send([Record(EVENTS, b"key", b"of the relay", [])])


def test_a_token_is_asked_for_once_for_all_connections(kafka: Kafka, tokens: TokenServer) -> None:
    settings = kafka.at("OAUTH", kafka_token_url=tokens.token_url, kafka_user=RELAY, kafka_password=SECRET)
    before = tokens.asked
    with closing(make_reader(settings, "tests")) as reader:
        assert reader.end_offsets([TopicPartition(EVENTS, 0)])
    assert tokens.asked == before + 1
    with admin(settings) as client:
        assert len(end_offsets(client, EVENTS)) == 8


def test_an_open_connection_shows_a_new_token_before_the_old_one_ends(kafka: Kafka, tokens: TokenServer) -> None:
    settings = kafka.at("OAUTH", kafka_token_url=tokens.token_url, kafka_user=RELAY, kafka_password=SECRET)
    before, tokens.seconds = tokens.asked, 6
    try:
        with closing(make_reader(settings, "tests")) as reader:
            partition = TopicPartition(EVENTS, 0)
            reader.assign([partition])
            reader.seek(partition, reader.end_offsets([partition])[partition])
            until(lambda: poll(reader, 0.5) is not None and tokens.asked >= before + 3, "the third token", 60)
    finally:
        tokens.seconds = 300
