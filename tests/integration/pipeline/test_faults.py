"""Processes are killed, brokers emptied, records poisoned; nothing is lost, and nothing happens twice."""

from collections import Counter

import psycopg
import pytest
import redis
from kafka import KafkaProducer
from kafka.record.default_records import DefaultRecordBatchBuilder

from pedidos.messaging.topics import DEAD_LETTERS, PLACED
from pedidos_drills.faults.poison import NotUtf8
from tests.integration.pipeline.published import check_published
from tests.integration.pipeline.rig import USUAL, Rig
from tests.integration.pipeline.topic import Topic
from tests.support.signing import signed
from tests.support.tables import rows, statuses
from tests.support.waiting import until

NULL = b"null"
KIND = ("ce_type", b"br.pedidos.order.placed")
COMPRESSED = b"0" * 5_000_000
"""Five megabytes that travel as five kilobytes."""
LARGE = b'{"order_id": "' + b"x" * 1_048_500 + b'"}'
"""With its frame just below what a broker takes: with the headers of a dead letter it is above."""

LETTERS = "select * from dead_letters where source = 'bridge'"


def origins(rig: Rig, reason: str = "") -> set[str]:
    """Of the bridge's dead letters in whose reason there is this text."""
    return {row.origin for row in rows(rig.engine, LETTERS) if reason in row.reason}


@pytest.fixture
def nulls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and headers that are NULL go out as null. Other producers send such, kafka-python only reads them."""
    append = DefaultRecordBatchBuilder.append

    def append_with_nulls(
        self: object, offset: int, timestamp: int, key: bytes, value: bytes, headers: list[tuple[str, bytes]]
    ) -> object:
        named = [(name, None if told == NULL else told) for name, told in headers]
        return append(self, offset, timestamp, None if key == NULL else key, value, named)

    monkeypatch.setattr(DefaultRecordBatchBuilder, "append", append_with_nulls)


POISON: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]] = [
    (b"key", b"{", [KIND]),
    (None, None, []),
    (b"key", b'{"order_id": "01900000-0000-7000-8000-000000000001"}', [KIND]),
    (b"key", b"[1]", [KIND, ("x", b"y")]),
    (b"key", b"{}", [KIND, ("x", NULL)]),
    (b"\xff", b"\x00\xff", [("ce_type", NULL)]),
    (b"key", b"{}", [("ce_type", b"\x00\xff")]),
    (b"key", LARGE, [KIND]),
    (b"key", COMPRESSED, [KIND]),
]


@pytest.mark.usefixtures("nulls")
def test_poison_goes_to_the_dead_letters_and_its_partition_goes_on(rig: Rig) -> None:
    topic = Topic(rig.settings, DEAD_LETTERS)
    producer = KafkaProducer(
        bootstrap_servers=rig.settings.kafka_bootstrap,
        compression_type="gzip",
        max_request_size=10_000_000,
    )
    poison = {}
    try:
        for partition in range(rig.settings.partitions):
            for key, value, headers in POISON:
                ours = signed(PLACED, key, value, headers)  # of a broken producer that has the key
                sent = producer.send(PLACED, partition=partition, key=key or NULL, value=value, headers=ours).get(
                    timeout=10
                )
                poison[f"{PLACED}/{partition}/{sent.offset}"] = (key, value, headers)
    finally:
        producer.close(timeout=5)
    order_ids = rig.place(30)  # behind it, in every partition
    rig.wait_for(order_ids, "confirmed")

    # The watchdog may have found the orders before the bridge came to them.
    until(lambda: origins(rig) >= poison.keys(), "a dead letter for each")
    kept = {row.origin: row for row in rows(rig.engine, LETTERS)}
    for origin, (_, value, _) in poison.items():
        assert kept[origin].reason
        assert kept[origin].payload == (value or b"")[: 64 * 1024]
    letters = {record.headers["origin"].decode(): record for record in topic.read()}
    assert letters.keys() >= poison.keys()
    for origin, (key, value, headers) in poison.items():
        letter = letters[origin]
        assert letter.headers["reason"].decode() == kept[origin].reason
        if len(value or b"") > 1_000_000:
            assert letter.value == (value or b"")[: 64 * 1024]
        else:
            assert (letter.key, letter.value or None) == (key, value)
            assert {(name, b"" if told == NULL else told) for name, told in headers} <= set(letter.headers.items())
    rig.check()


def test_a_record_that_cannot_even_be_read_is_passed_by(rig: Rig) -> None:
    producer = KafkaProducer(bootstrap_servers=rig.settings.kafka_bootstrap, linger_ms=1000)
    try:
        batches = [
            [
                producer.send(PLACED, partition=partition, key=b"k", value=b"v", headers=[(name, b"1")])
                for name in ("name", NotUtf8("name"), NotUtf8("name"), "name")
            ]
            for partition in range(rig.settings.partitions)
        ]
        producer.flush(10)
        poison = {f"{PLACED}/{each.get().partition}/{each.get().offset}" for batch in batches for each in batch[1:3]}
        beside = {f"{PLACED}/{batch[n].get().partition}/{batch[n].get().offset}" for batch in batches for n in (0, 3)}
    finally:
        producer.close(timeout=5)
    order_ids = rig.place(30)
    rig.wait_for(order_ids, "confirmed")
    until(lambda: origins(rig, "cannot be read") >= poison, "a dead letter for each")
    assert not origins(rig, "cannot be read") & beside, "they can be read: they are only no orders"
    rig.check()


def test_a_relay_killed_between_publishing_and_noting_it_publishes_the_same_numbers_again(
    rig: Rig, events: Topic
) -> None:
    rig.wait_until_published()
    before = len(events.read())
    superuser = rig.settings.database_url.replace("//pedidos:", "//postgres:")  # ends sessions of other roles
    with psycopg.connect(superuser) as blocker:
        with rig.frozen("relay-1"):
            order_ids = rig.place(25)
            blocker.execute("select from relay_positions for update")
        # It reads and publishes, but cannot note how far it came; nor may the server do so after its death.
        until(lambda: len(events.read()) >= before + len(order_ids), "the publication")
        rig.kill("relay-1")
        waiting = "select pid from pg_stat_activity where application_name = 'relay-1'"
        blocker.execute(f"select pg_terminate_backend(pid, 5000) from ({waiting})")  # noqa: S608  # a constant
        blocker.rollback()
    rig.start("relay-1")
    rig.wait_for(order_ids, "confirmed")
    twice = Counter(record.position for record in check_published(rig, events))
    assert sum(count > 1 for count in twice.values()) >= len(order_ids)
    rig.check()


def test_a_relay_that_was_stopped_beyond_its_lease_is_fenced(rig: Rig, events: Topic) -> None:
    """Two relays; the leader stops for longer than its lease, wakes up, and publishes nothing out of order."""
    (leader,) = rows(rig.engine, "select leader, epoch from relay_positions")
    assert leader.leader == "relay-1"
    rig.start("relay-2")
    order_ids = rig.place(20)
    with rig.frozen("relay-1"):
        order_ids += rig.place(20)
        until(lambda: rows(rig.engine, "select from relay_positions where leader = 'relay-2'"), "another leader")
        order_ids += rig.place(20)
        rig.wait_for(order_ids, "confirmed")
    order_ids += rig.place(20)
    rig.wait_for(order_ids, "confirmed")
    rig.stop("relay-2")
    order_ids += rig.place(5)
    rig.wait_for(order_ids, "confirmed")
    (now,) = rows(rig.engine, "select leader, epoch from relay_positions")
    assert now.leader == "relay-1"
    assert now.epoch >= leader.epoch + 2
    check_published(rig, events)
    rig.check()


def test_a_killed_bridge_loses_nothing(rig: Rig) -> None:
    rig.stop("scheduler-1")  # the watchdog would find the orders: here the bridge alone must
    order_ids = rig.place(40)
    rig.wait_for(order_ids[:1], "validated", "reserved", "charging", "paid", "confirmed")
    order_ids += rig.place(60)
    rig.kill("bridge-1")
    order_ids += rig.place(40)
    rig.start("bridge-1")
    order_ids += rig.place(5)
    rig.wait_for(order_ids, "confirmed")
    rig.check()


def test_a_killed_worker_loses_nothing(rig: Rig) -> None:
    order_ids = [*rig.place(30), *rig.place(10, "tok_error_then_ok"), *rig.place(5, "tok_cut"), *rig.place(100)]
    until(lambda: {"charging"} <= set(statuses(rig.engine, order_ids)), "an order that is being charged")
    rig.kill("worker-1")
    unfinished = [status for status in statuses(rig.engine, order_ids) if status != "confirmed"]
    assert unfinished
    rig.start("worker-1")
    rig.wait_for(order_ids, "confirmed")
    rig.check()


def test_the_watchdog_looks_while_no_worker_is_free(rig: Rig) -> None:
    rig.stop("bridge-1")
    rig.kill("worker-1")
    with redis.Redis.from_url(rig.settings.broker_url or "") as broker:
        broker.delete("validate")  # while hints wait there, the watchdog adds none
    order_ids = rig.place(3)
    hinted = "select count(*) as orders from stalled_orders where order_id = any(:ids) and hints > 0"
    until(lambda: rows(rig.engine, hinted, ids=order_ids)[0].orders == 3, "the watchdog's hints")
    rig.start("bridge-1", "worker-1")
    rig.wait_for(order_ids, "confirmed")
    rig.check()


def test_an_emptied_task_broker_loses_nothing(rig: Rig) -> None:
    rig.kill("worker-1")
    order_ids = rig.place(60)
    with redis.Redis.from_url(rig.settings.broker_url or "") as broker:
        until(lambda: broker.llen("validate") > 0, "hints that wait")
        broker.flushall()
    rig.start("worker-1")
    order_ids += rig.place(10)
    rig.wait_for(order_ids, "confirmed")
    with redis.Redis.from_url(rig.settings.broker_url or "") as broker:
        broker.flushall()  # and once more while everybody is connected
    order_ids = rig.place(20)
    rig.wait_for(order_ids, "confirmed")
    rig.check()


def test_work_goes_on_after_sigterm_of_everything(rig: Rig, events: Topic) -> None:
    order_ids = rig.place(60)
    rig.ensure()
    order_ids += rig.place(10)
    rig.ensure(*USUAL)
    rig.wait_for(order_ids, "confirmed")
    check_published(rig, events)
    rig.check()
