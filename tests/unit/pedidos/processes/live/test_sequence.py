"""The order of the events of several shards, whatever the order in which Kafka delivers them."""

import random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from pedidos.domain.cursor import START, Cursor
from pedidos.domain.seen import Seen
from pedidos.domain.sharding import Shard, part_of
from pedidos.messaging.codec import Attributes, PublishedEvent
from pedidos.processes.live.frames import LiveEvent
from pedidos.processes.live.sequence import EventSequence
from pedidos.storage.event_log.shards import Progress

OWNER = UUID(int=1)
ORDERS = [UUID(int=(number << 64) + number * 7919) for number in range(1, 12)]
OLD = Shard(0, 0, 1, 0, 50)
NEW = [Shard(1 + part, part, 3, 50, None) for part in range(3)]
SHARDS = [OLD, *NEW]


def event(shard: int, number: int, cursor: Cursor, order_id: UUID, version: int) -> LiveEvent:
    attributes = Attributes(shard, number, cursor, "", order_id, version)
    return LiveEvent(PublishedEvent(attributes, "order.placed", "received", OWNER, OWNER, {}), 0)


def a_log(seed: int) -> list[LiveEvent]:
    """100 events of a few orders, half of them before three shards replace the only one."""
    chance = random.Random(seed)  # the same seed, the same log
    versions = dict.fromkeys(ORDERS, 0)
    numbers = {shard.id: 0 for shard in SHARDS}
    log = []
    for txid in range(100):
        order_id = chance.choice(ORDERS)
        versions[order_id] += 1
        shard = OLD if txid < 50 else NEW[part_of(order_id, 3)]
        numbers[shard.id] += 1
        log.append(event(shard.id, numbers[shard.id], Cursor(txid, txid + 1), order_id, versions[order_id]))
    return log


def progress_of(log: list[LiveEvent], *, is_over: bool = True) -> list[Progress]:
    published = {shard.id: sum(each.event.attributes.shard == shard.id for each in log) for shard in SHARDS}
    return [Progress(each, published[each.id], True, is_over and each is OLD) for each in SHARDS]


def beginning(*, is_over: bool = False) -> EventSequence:
    """Of a process that has read nothing."""
    return EventSequence(progress_of(a_log(0), is_over=is_over), {shard.id: 0 for shard in SHARDS})


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 30), st.booleans())
def test_each_order_is_shown_in_its_order_and_each_event_once(seed: int, at_a_time: int, known: bool) -> None:
    log = a_log(seed)
    arriving = [*log, *random.Random(seed).choices(log, k=30)]
    random.Random(seed + 1).shuffle(arriving)
    sequence = EventSequence(progress_of(log, is_over=known), {shard.id: 0 for shard in SHARDS})
    shown: list[LiveEvent] = []
    for begin in range(0, len(arriving), at_a_time):
        for each in arriving[begin : begin + at_a_time]:
            sequence.put(each)
        shown += sequence.take(0.0)
        if sequence.misses_an_end:
            sequence.include(progress_of(log), 0)
    shown += sequence.take(0.0)
    assert sorted(each.cursor for each in shown) == [each.cursor for each in log]
    for order_id in ORDERS:
        versions = [each.event.attributes.version for each in shown if each.event.order_id == order_id]
        assert versions == sorted(versions)
    assert [each.cursor.txid < 50 for each in shown] == [True] * 50 + [False] * 50


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(0, 60))
def test_a_client_that_comes_back_with_an_id_has_seen_exactly_what_was_shown(seed: int, boundary: int) -> None:
    log = a_log(seed)
    arriving = list(log)
    random.Random(seed).shuffle(arriving)
    sequence = EventSequence(progress_of(log), {shard.id: 0 for shard in SHARDS})
    base = Cursor(boundary, 0)
    seen = {each.cursor for each in log if each.cursor < base}
    for begin in range(0, len(arriving), 7):
        for each in arriving[begin : begin + 7]:
            sequence.put(each)
        for each in sequence.take(0.0):
            if each.cursor < base:
                continue
            seen.add(each.cursor)
            known = Seen.of(each.fronts or (each.cursor,), base)
            assert {one.cursor for one in log if known.has(one.event.order_id, one.cursor)} == seen


def test_with_one_shard_events_stay_as_they_are() -> None:
    only = Shard(0, 0, 1, 0, None)
    sequence = EventSequence([Progress(only, 4, True, False)], {0: 4})
    sequence.put(event(0, 6, Cursor(12, 1), ORDERS[0], 2))
    assert sequence.take(0.0) == []
    sequence.put(event(0, 5, Cursor(11, 1), ORDERS[0], 1))
    assert [(each.number, each.fronts) for each in sequence.take(1.0)] == [(5, ()), (6, ())]
    assert sequence.last == {0: 6}
    assert not sequence.misses_an_end
    assert sequence.stuck(99.0, 3.0) == []


def test_the_end_of_a_shard_that_is_missing_is_noticed_and_given_up() -> None:
    log = a_log(1)
    lost = log[49]
    sequence = beginning(is_over=True)
    for each in log:
        if each is not lost:
            sequence.put(each)
    assert len(sequence.take(10.0)) == 49
    assert sequence.stuck(10.0, 3.0) == []
    assert sequence.take(14.0) == []
    assert sequence.stuck(14.0, 3.0) == [OLD.id]
    assert sequence.is_awaited(OLD.id, 50)
    assert not sequence.is_awaited(OLD.id, 49)
    assert sequence.skip(OLD.id) == 1
    assert len(sequence.take(14.0)) == 50
    assert sequence.stuck(99.0, 3.0) == []


def test_a_gap_in_one_shard_does_not_hold_up_the_others() -> None:
    log = a_log(2)
    sequence = beginning(is_over=True)
    first = next(each for each in log if each.event.attributes.shard == NEW[1].id)
    for each in log:
        if each is not first:
            sequence.put(each)
    shown = sequence.take(10.0)
    assert {each.event.attributes.shard for each in shown} == {OLD.id, NEW[0].id, NEW[2].id}
    assert sequence.stuck(14.0, 3.0) == [NEW[1].id]
    assert all(each.fronts[1] == Cursor(50, 0) for each in shown if each.fronts), "of this part, nothing is seen"
    assert sequence.discard_beyond(NEW[1].id, 0) > 0
    assert sequence.stuck(99.0, 3.0) == []


def test_a_shard_that_was_unknown_begins_with_its_first_event() -> None:
    log = a_log(3)
    only = OLD._replace(ends=None)
    sequence = EventSequence([Progress(only, 0, False, False)], {0: 0})
    for each in log[:50]:
        sequence.put(each)
    assert len(sequence.take(0.0)) == 50
    assert not sequence.knows(NEW[0].id)
    sequence.include(progress_of(log), 0)
    assert sequence.knows(NEW[0].id)
    for each in log[50:]:
        sequence.put(each)
    assert len(sequence.take(0.0)) == 50


def test_what_was_shown_before_is_not_a_front() -> None:
    """A process that begins after the raise: its streams have the log up to their boundary."""
    sequence = EventSequence(progress_of(a_log(4)), {shard.id: 0 for shard in SHARDS} | {OLD.id: 50, NEW[2].id: 3})
    assert sequence.take(0.0) == []
    assert sequence.last == {0: 50, 1: 0, 2: 0, 3: 3}
    assert Cursor(50, 0) > START
