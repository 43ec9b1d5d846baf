"""Records without a signature: those of an earlier version are read after the upgrade, all others are refused."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from kafka import KafkaProducer

from pedidos.domain.cursor import Cursor
from pedidos.messaging.codec import Headers
from pedidos.messaging.kafka import admin, end_offsets
from pedidos.messaging.producer import Producer
from pedidos.messaging.signatures import unsigned
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.publishing.records import records
from pedidos.storage.engine import statements
from pedidos.storage.event_log import lineage, unpublished
from pedidos.storage.event_log.positions import Position
from tests.integration.pipeline.rig import Rig
from tests.integration.pipeline.topic import Topic
from tests.integration.tail.test_lost import AS_IF_PUBLISHED, check, published
from tests.support.signing import KEYS
from tests.support.tables import change, rows
from tests.support.waiting import until

LETTERS = "select origin, reason from dead_letters where source = 'bridge'"


def publish_unsigned(rig: Rig) -> None:
    """Publishes as a relay of the version before: without signatures."""
    with statements(rig.engine) as connection:
        (row,) = rows(rig.engine, "select txid::text as txid, seq, published from relay_positions")
        position = Position(Cursor(int(row.txid), row.seq), row.published)
        log = lineage.read(connection).current.id
        events = unpublished.read(connection, position, 10_000)
    producer = Producer(rig.settings, "earlier-relay")
    producer.send(
        record._replace(headers=unsigned(record.headers))
        for number, event in enumerate(events, position.published + 1)
        for record in records(event, 0, number, KEYS, log)
    )
    producer.close()
    change(rig.engine, AS_IF_PUBLISHED)


def unsigned_until(rig: Rig) -> dict[str, int] | None:
    (row,) = rows(rig.engine, "select unsigned_until from relay_positions")
    found: dict[str, int] | None = row.unsigned_until
    return found


def ends(rig: Rig) -> dict[str, int]:
    with admin(rig.settings) as client:
        return {
            f"{topic}/{partition}": end
            for topic in (EVENTS, PLACED)
            for partition, end in end_offsets(client, topic).items()
        }


@pytest.fixture
def upgraded(rig: Rig) -> Iterator[tuple[Rig, list[UUID]]]:
    """A platform of the version before, which has published orders that the bridge has not read. The watchdog, which
    would find them, is switched off."""
    rig.wait_until_published()
    for name in ("scheduler-1", "bridge-1", "relay-1"):
        rig.stop(name)
    change(rig.engine, "update relay_positions set unsigned_until = null")
    order_ids = rig.place(20)
    publish_unsigned(rig)
    yield rig, order_ids
    change(rig.engine, "update relay_positions set unsigned_until = '{}'")


def test_what_a_version_before_published_is_read_once(upgraded: tuple[Rig, list[UUID]]) -> None:
    rig, order_ids = upgraded
    letters, before, first = len(rows(rig.engine, LETTERS)), ends(rig), published(rig)
    events = Topic(rig.settings, EVENTS)
    rig.start("bridge-1", "relay-1")
    rig.wait_for(order_ids, "confirmed")
    # The bridge may have been faster than the relay.
    until(lambda: unsigned_until(rig) == before, "the offsets from which on every record is signed")
    last = published(rig)
    check(events.read(), first + 1, last)
    assert len(events.read()) == last - first, "nothing is published again"
    assert len(rows(rig.engine, LETTERS)) == letters

    (origin,) = send(rig, PLACED, str(order_ids[0]).encode(), b"{}", [("ce_type", b"br.pedidos.order.placed")])
    until(lambda: origin in {row.origin for row in rows(rig.engine, LETTERS)}, "a dead letter")
    assert {row.reason for row in rows(rig.engine, LETTERS) if row.origin == origin} == {"The record is not signed."}


def test_a_partition_that_went_back_accepts_no_more_than_it_has(upgraded: tuple[Rig, list[UUID]]) -> None:
    rig, _ = upgraded
    known, gone = f"{EVENTS}/0", f"{EVENTS}/99"
    change(rig.engine, "update relay_positions set unsigned_until = :until", until=json.dumps({known: 10**8, gone: 7}))
    rig.start("relay-1")
    until(lambda: unsigned_until(rig) == {known: ends(rig)[known]}, "the end of the partition")


def test_a_forged_record_of_another_log_does_not_keep_the_relay_from_publishing(rig: Rig) -> None:
    rig.wait_until_published()
    rig.stop("relay-1")
    order = str(uuid4())
    headers: Headers = [
        ("position", b"0/987654321"),
        ("cursor", b"9-9"),
        ("ce_id", f"{order}/1".encode()),
        ("log", b"f" * 16),
    ]
    send(rig, EVENTS, order.encode(), b"{}", headers)
    rig.start("relay-1")
    rig.wait_for(rig.place(3), "confirmed")
    rig.wait_until_published()
    assert [row.refusal for row in rows(rig.engine, "select refusal from relay_positions")] == [None]


def send(rig: Rig, topic: str, key: bytes, value: bytes, headers: Headers) -> list[str]:
    """Writes the record, as somebody who can reach Kafka. The place where it is."""
    producer = KafkaProducer(bootstrap_servers=rig.settings.kafka_bootstrap)
    try:
        sent = producer.send(topic, key=key, value=value, headers=headers).get(timeout=10)
    finally:
        producer.close(timeout=5)
    return [f"{topic}/{sent.partition}/{sent.offset}"]
