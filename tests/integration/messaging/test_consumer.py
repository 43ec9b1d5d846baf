"""A member of a consumer group: work, then commit; what cannot be decoded is set aside, up to the limit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
from kafka.admin import NewTopic
from kafka.structs import OffsetAndMetadata, TopicPartition

from pedidos.domain.dead_letter_limit import DeadLetterLimit
from pedidos.errors import KafkaUnavailable, TaskBrokerUnavailable
from pedidos.messaging import kafka
from pedidos.messaging.codec import EncodedRecord, InvalidRecord
from pedidos.messaging.consumer import Consumer, TryAgain
from pedidos.messaging.groups import ConsumerGroup
from pedidos.messaging.offset_notes import stops
from pedidos.messaging.sifting import RejectedRecord
from pedidos.settings.groups.kafka import KafkaSettings

PARTITIONS = 2
MOST_ROUNDS = 400
LIMIT = DeadLetterLimit(5, 0.1)
BAD = b"bad"


def strict(record: EncodedRecord) -> bytes:
    """A good deployment, for records among which there are bad ones."""
    if record.value == BAD:
        raise InvalidRecord("It is bad.")
    return record.value or b""


def broken(_: EncodedRecord) -> bytes:
    """A bad deployment: it can decode nothing."""
    raise InvalidRecord("Nothing can be decoded.")


def lenient(record: EncodedRecord) -> bytes:
    """A deployment that knows what to do with all of them."""
    return record.value or b""


class Rounds:
    """The lifetime of a consumer: until the condition is true."""

    def __init__(self, done: Callable[[], bool]) -> None:
        self._done = done
        self.left = MOST_ROUNDS

    def __bool__(self) -> bool:
        self.left -= 1
        assert self.left, "the consumer did not come to what was awaited"
        return not self._done()

    def wait(self, _seconds: float) -> None: ...

    def beat(self) -> None: ...


@dataclass
class World:
    """A topic, its group, and all that its members have worked off and set aside."""

    settings: KafkaSettings
    group: ConsumerGroup[bytes]
    worked: list[bytes] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)

    def send(self, partition: int, *values: bytes) -> None:
        producer = kafka.make_producer(self.settings, "tests")
        try:
            for value in values:
                producer.send(self.group.topic, partition=partition, value=value)
            producer.flush(10)
        finally:
            producer.close(timeout=5)

    def consume(
        self,
        done: Callable[[], bool],
        decode: Callable[[EncodedRecord], bytes] = strict,
        limit: DeadLetterLimit = LIMIT,
        work: Callable[[Sequence[bytes]], None] | None = None,
        set_aside: Callable[[RejectedRecord], None] | None = None,
        member: str = "member-1",
    ) -> None:
        """One member, from its start until done."""
        client = kafka.make_group_consumer(self.settings, member, self.group.id, most_records=20)
        consumer = Consumer(
            client,
            replace(self.group, decode=decode),
            lambda _record: None,
            work or self.worked.extend,
            set_aside or (lambda rejected: self.aside.append(rejected.origin)),
            limit,
            Rounds(done),
            lambda: 0.05,
        )
        try:
            consumer.run()
        finally:
            client.close(autocommit=False, timeout_ms=5000)
            with suppress(KafkaUnavailable):  # then Kafka notices after 10 s that the member is gone
                kafka.leave_group(self.settings, self.group.id, member)

    def committed(self) -> dict[int, OffsetAndMetadata]:
        try:
            with kafka.admin(self.settings) as client:
                found = kafka.committed_offsets(client, self.group.id)
        except KafkaUnavailable:  # the group has no coordinator yet
            return {}
        return {partition.partition: offset for partition, offset in found.items()}

    def offsets(self) -> dict[int, int]:
        return {partition: committed.offset for partition, committed in self.committed().items()}

    def stops(self) -> list[str]:
        return stops(self.committed().values())

    def origins(self, partition: int, *offsets: int) -> list[str]:
        return [f"{self.group.topic}/{partition}/{offset}" for offset in offsets]


@pytest.fixture
def world(kafka_bootstrap: str) -> Iterator[World]:
    settings = KafkaSettings(kafka_bootstrap=kafka_bootstrap)
    name = f"consumer-{uuid4()}"
    with topic(settings, name):
        yield World(settings, ConsumerGroup(name, "Tests.", name, strict))


@contextmanager
def topic(settings: KafkaSettings, name: str) -> Iterator[None]:
    with kafka.admin(settings) as client:
        client.create_topics([NewTopic(name, PARTITIONS, 1)])
        yield
        client.delete_topics([name])


def test_offsets_are_committed_once_the_work_is_done(world: World) -> None:
    world.send(0, b"a", b"b")
    seen: list[dict[int, int]] = []

    def work(values: Sequence[bytes]) -> None:
        seen.append(world.offsets())
        world.worked.extend(values)

    world.consume(lambda: world.offsets().get(0) == 2, work=work)
    assert all(0 not in offsets for offsets in seen)
    assert world.worked == [b"a", b"b"]


def test_work_that_fails_is_done_again_with_the_same_records(world: World) -> None:
    world.send(0, b"a", BAD, b"b")
    tries: list[list[bytes]] = []

    def work(values: Sequence[bytes]) -> None:
        tries.append(list(values))
        if len(tries) == 1:
            raise TaskBrokerUnavailable("away")
        if len(tries) < 4:
            raise TryAgain(0.05)
        world.worked.extend(values)

    world.consume(lambda: world.offsets().get(0) == 3, work=work)
    assert tries[:4] == [[b"a", b"b"]] * 4
    assert world.worked == [b"a", b"b"]
    assert world.aside == world.origins(0, 1), "it is set aside once, however often the work is tried"


def test_records_whose_work_was_not_done_come_to_the_next_member(world: World) -> None:
    world.send(0, b"a", b"b")
    tried: list[bytes] = []

    def work(values: Sequence[bytes]) -> None:
        tried.extend(values)
        raise TaskBrokerUnavailable("away")

    world.consume(lambda: bool(tried), work=work)
    assert world.offsets().get(0) is None
    world.consume(lambda: len(world.worked) == 2)
    assert world.worked == [b"a", b"b"]


def test_a_dead_letter_that_cannot_be_written_holds_up_the_batch(world: World) -> None:
    world.send(0, b"a", BAD, b"b")
    failures = 0

    def set_aside(rejected: RejectedRecord) -> None:
        nonlocal failures
        if failures < 3:
            failures += 1
            assert not world.worked
            raise TaskBrokerUnavailable("away")
        world.aside.append(rejected.origin)

    world.consume(lambda: world.offsets().get(0) == 3, set_aside=set_aside)
    assert (world.worked, world.aside) == ([b"a", b"b"], world.origins(0, 1))


def test_below_the_limit_bad_records_are_set_aside_and_their_partition_goes_on(world: World) -> None:
    world.send(0, *[BAD] * LIMIT.most, b"a", b"b")
    world.consume(lambda: world.offsets().get(0) == LIMIT.most + 2)
    assert world.aside == world.origins(0, *range(LIMIT.most))
    assert world.worked == [b"a", b"b"]
    assert world.stops() == []


@pytest.fixture
def flooded(world: World) -> World:
    """Partition 0 has stopped at the limit, in the middle of 50 bad records."""
    world.send(0, b"first", *[BAD] * 50, b"last")
    world.send(1, b"beside")
    world.consume(lambda: bool(world.stops()) and world.offsets().get(1) == 1)
    return world


def test_at_the_limit_the_partition_stops_and_the_others_go_on(flooded: World) -> None:
    assert flooded.aside == flooded.origins(0, *range(1, 1 + LIMIT.most))
    assert sorted(flooded.worked) == [b"beside", b"first"]
    assert flooded.offsets() == {0: 1 + LIMIT.most, 1: 1}
    (reason,) = flooded.stops()
    assert f"stopped at {flooded.group.topic}/0/{1 + LIMIT.most}" in reason
    assert "raise the limit" in reason
    assert "It is bad." in reason


@pytest.mark.parametrize("member", ["member-1", "member-2"])
def test_neither_a_restart_nor_another_member_renews_the_limit(flooded: World, member: str) -> None:
    before = list(flooded.aside)
    for number in range(3):
        flooded.send(1, b"beside")
        flooded.consume(lambda: flooded.offsets()[1] == 2 + number and bool(flooded.stops()), member=member)  # noqa: B023
    assert flooded.aside == before
    assert flooded.offsets()[0] == 1 + LIMIT.most


def test_with_a_higher_limit_it_goes_on_where_it_stopped(flooded: World) -> None:
    flooded.consume(lambda: flooded.offsets()[0] == 52, limit=DeadLetterLimit(100, 0.1))
    assert flooded.aside == flooded.origins(0, *range(1, 51))
    assert sorted(flooded.worked) == [b"beside", b"first", b"last"]
    assert flooded.stops() == []


def test_a_deployment_that_can_decode_them_goes_on_where_it_stopped(flooded: World) -> None:
    flooded.consume(lambda: flooded.offsets()[0] == 52, decode=lenient)
    assert flooded.aside == flooded.origins(0, *range(1, 1 + LIMIT.most))
    assert flooded.worked.count(BAD) == 50 - LIMIT.most
    assert flooded.worked[-1] == b"last"
    assert flooded.stops() == []


def test_a_bad_deployment_does_not_empty_the_topic(world: World) -> None:
    values = [b"%d" % number for number in range(60)]
    for partition in range(PARTITIONS):
        world.send(partition, *values)
    world.consume(lambda: len(world.stops()) == PARTITIONS, decode=broken)
    assert len(world.aside) == PARTITIONS * LIMIT.most
    assert world.worked == []
    world.consume(lambda: world.offsets() == dict.fromkeys(range(PARTITIONS), 60))
    assert sorted(world.worked) == sorted(values[LIMIT.most :] * PARTITIONS)


def test_good_records_give_the_limit_back(world: World) -> None:
    stretch = [BAD] * LIMIT.most + [b"good"] * 50
    world.send(0, *stretch * 4)
    world.consume(lambda: world.offsets().get(0) == 4 * len(stretch))
    assert len(world.aside) == 4 * LIMIT.most
    assert all(committed.metadata == "" for committed in world.committed().values())


def test_offsets_that_someone_sets_back_forget_what_was_spent(flooded: World) -> None:
    partition = TopicPartition(flooded.group.topic, 0)
    with kafka.admin(flooded.settings) as client:
        client.alter_group_offsets(flooded.group.id, {partition: OffsetAndMetadata(0, "", -1)})
    flooded.aside.clear()
    flooded.consume(lambda: bool(flooded.stops()))
    assert flooded.aside == flooded.origins(0, *range(1, 1 + LIMIT.most))
