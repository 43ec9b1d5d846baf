"""What Kafka has lost of the log's end is published again by the next relay that leads, under the same numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from uuid import UUID

import pytest
from kafka import KafkaProducer

from pedidos.domain.sharding import FIRST
from pedidos.errors import KafkaUnavailable
from pedidos.messaging import record_batches as messaging
from pedidos.messaging.producer import Acknowledged, Producer
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.processes.relay.kafka_comparison import KafkaComparison
from pedidos.settings.processes import RelaySettings
from pedidos.storage.engine import statements
from pedidos.storage.event_log import lineage, positions
from pedidos.storage.event_log.positions import Position
from pedidos.wiring.signatures import signature_check
from tests.integration.pipeline.rig import USUAL, Rig
from tests.integration.pipeline.topic import Record, Topic, deduplicated
from tests.integration.tail.topics import recreate
from tests.support.settings import settings_of
from tests.support.signing import KEYS
from tests.support.tables import change, rows

AS_IF_PUBLISHED = """
with unpublished as (
    select e.txid, e.seq from order_events e, relay_positions p where (e.txid, e.seq) > (p.txid, p.seq)
), newest as (
    select txid, seq from unpublished order by txid desc, seq desc limit 1
)
update relay_positions p
set txid = newest.txid, seq = newest.seq, published = published + (select count(*) from unpublished)
from newest
"""
FORGED = 987654321
EVENTS_OF_ONE = 6


def lose(rig: Rig, orders: int) -> list[UUID]:
    """The relay has noted down as published what Kafka does not have (any more), and has ended. The orders lost."""
    rig.wait_until_published()
    rig.stop("relay-1")
    order_ids = rig.place(orders)
    rig.wait_for(order_ids, "confirmed")  # found by the watchdog
    change(rig.engine, AS_IF_PUBLISHED)
    return order_ids


def published(rig: Rig) -> int:
    """Until the relay has published the whole log: the last running number."""
    rig.wait_until_published()
    (noted,) = rows(rig.engine, "select published from relay_positions")
    return int(noted.published)


def check(records: Sequence[Record], first: int, last: int) -> None:
    """All of these numbers are there, and in each partition they come for the first time in their order."""
    ours = [record for record in records if record.position != FORGED]
    assert [record.position for record in deduplicated(ours)] == list(range(first, last + 1))
    heard: dict[int, dict[int, None]] = defaultdict(dict)
    for record in ours:
        heard[record.partition].setdefault(record.position)
    assert all(list(positions) == sorted(positions) for positions in heard.values())


def fill_ends(rig: Rig) -> None:
    """In every partition of both topics, as the newest: more foreign records than are looked through at first."""
    forged = [("position", b"0/%d" % FORGED), ("cursor", b"9-9"), ("ce_id", b"x/1")]
    producer = KafkaProducer(bootstrap_servers=rig.settings.kafka_bootstrap)
    try:
        for topic in (EVENTS, PLACED):
            for partition in producer.partitions_for(topic):
                for _ in range(100):
                    producer.send(topic, partition=partition, key=b"k", value=b"{}", headers=forged)
    finally:
        producer.close(timeout=5)


def test_what_was_lost_is_published_again(rig: Rig) -> None:
    before = published(rig)
    topic = Topic(rig.settings, EVENTS)
    lose(rig, 20)
    rig.start("relay-1")
    rig.wait_for(rig.place(5), "confirmed")
    last = published(rig)
    check(topic.read(), before + 1, last)
    assert "publishing again" in rig.log("relay-1")
    rig.check()


class GivesUpHalfWay(Producer):
    """Kafka gets only the second half of the records, and then there is no answer."""

    def send(self, records: Iterable[messaging.Record]) -> Acknowledged:
        every = list(records)
        super().send(every[len(every) // 2 :])
        raise KafkaUnavailable("no answer in time")


def test_what_a_failed_attempt_has_left_in_kafka_hides_nothing_that_is_missing(rig: Rig) -> None:
    before = published(rig)
    topic = Topic(rig.settings, EVENTS)
    lose(rig, 20)
    lost = published(rig)
    settings = settings_of(RelaySettings, rig.settings.model_copy(update={"instance": "relay-1"}))
    check = signature_check(settings, rig.engine)
    comparison = KafkaComparison(settings, GivesUpHalfWay(settings, "relay-1"), FIRST, KEYS, check)
    with statements(rig.engine) as connection, closing(comparison):
        leadership = positions.lead(connection, FIRST.id, "relay-1", 60)
        assert leadership is not None

        def move(position: Position) -> bool:
            return positions.move(connection, leadership, position, 60)

        with pytest.raises(KafkaUnavailable):
            comparison.compare(connection, leadership.position, lambda: True, move)
    assert rows(rig.engine, "select published from relay_positions")[0].published < lost
    rig.start("relay-1")
    rig.wait_for(rig.place(5), "confirmed")
    last = published(rig)
    assert {record.position for record in topic.read()} >= set(range(before + 1, last + 1))
    rig.check()


def test_new_orders_of_which_kafka_had_lost_the_first_event_are_hinted(rig: Rig) -> None:
    rig.wait_until_published()
    topic = Topic(rig.settings, PLACED)
    placed = lose(rig, 20)
    rig.start("relay-1")
    placed += rig.place(5)
    rig.wait_for(placed, "confirmed")
    rig.wait_until_published()
    assert {str(order_id).encode() for order_id in placed} <= {record.key for record in topic.read()}


def test_what_kafka_has_is_not_published_again(rig: Rig) -> None:
    topic = Topic(rig.settings, EVENTS)
    before = published(rig)
    rig.wait_for(rig.place(20), "confirmed")
    rig.wait_until_published()
    rig.stop("relay-1")
    rig.start("relay-1")
    rig.wait_for(rig.place(5), "confirmed")
    last = published(rig)
    records = topic.read()
    check(records, before + 1, last)
    assert len(records) == last - before == 25 * EVENTS_OF_ONE


def test_an_end_that_is_full_of_foreign_records_is_looked_behind(rig: Rig) -> None:
    before = published(rig)
    topic = Topic(rig.settings, EVENTS)
    lose(rig, 20)
    fill_ends(rig)
    rig.start("relay-1")
    rig.wait_for(rig.place(5), "confirmed")
    last = published(rig)
    check(topic.read(), before + 1, last)


@pytest.mark.parametrize("partitions", [4, 6])
def test_topics_that_were_made_anew_get_the_whole_log(rig: Rig, partitions: int) -> None:
    rig.wait_for(rig.place(20), "confirmed")
    rig.wait_until_published()
    rig.ensure(*(name for name in USUAL if name not in ("relay-1", "bridge-1")))
    recreate(rig.settings.model_copy(update={"partitions": partitions}))
    topic = Topic(rig.settings, EVENTS)
    rig.ensure(*USUAL)
    rig.wait_for(rig.place(5), "confirmed")
    last = published(rig)
    check(topic.read(), lineage.current(rig.engine).after + 1, last)
