"""Wherever reading goes on, nothing is missing: for any course of a relay that sends, notes down and is succeeded."""

from hypothesis import example, given
from hypothesis import strategies as st
from kafka import TopicPartition

from pedidos.processes.live.idle_position import IdlePosition, Recorded

PARTITIONS = [TopicPartition("events", number) for number in range(3)]


class Log:
    """A topic, and relays that write to it: each sends what comes after the number noted down, then notes it down."""

    def __init__(self, partitions: dict[TopicPartition, list[tuple[int, int]]] | None = None, shard: int = 0) -> None:
        """partitions: the shards and numbers of the records in each, if another shard writes to them too."""
        self.partitions = {partition: [] for partition in PARTITIONS} if partitions is None else partitions
        self.shard = shard
        self.noted = 0
        self.sent = 0
        self.written = 0

    def write(self, count: int) -> None:
        """Events that wait for the relay."""
        self.written += count

    def send(self, count: int) -> None:
        self.written = max(self.written, self.noted + count)
        for number in range(self.noted + 1, self.noted + count + 1):
            self.partitions[PARTITIONS[number * 7 % 3]].append((self.shard, number))
        self.sent = self.noted + count

    def note(self) -> None:
        self.noted = max(self.noted, self.sent)

    def succeed(self) -> None:
        """The next relay begins from what was noted down: the same events go out again."""
        self.sent = self.noted

    def go_back(self, count: int) -> None:
        """PostgreSQL has lost the last positions that were noted down."""
        self.sent = self.noted = max(0, self.noted - count)

    @property
    def recorded(self) -> Recorded:
        return Recorded(self.noted, self.noted == self.written)

    def note_all(self, highest: int) -> None:
        """What is sent will be noted down, or sent again by the next relay."""
        self.note()
        while self.noted < highest:
            self.send(1)
            self.note()

    def ends(self) -> dict[TopicPartition, int]:
        return {partition: len(records) for partition, records in self.partitions.items()}


happenings = st.lists(
    st.tuples(st.sampled_from(["write", "send", "send", "note", "note", "succeed", "go_back"]), st.integers(1, 5)),
    max_size=6,
)


def happen(log: Log, happened: list[tuple[str, int]]) -> None:
    for what, count in happened:
        if what in ("write", "send", "go_back"):
            getattr(log, what)(count)
        else:
            getattr(log, what)()


@example([], [([("send", 3), ("note", 1), ("send", 2)], []), ([], [])])
@example([], [([("send", 3), ("note", 1)], [("send", 2)]), ([("note", 1), ("send", 2)], [])])
@example([("send", 3), ("note", 1)], [([], [("write", 1)]), ([("send", 2)], [])])
@given(happenings, st.lists(st.tuples(happenings, happenings), min_size=2, max_size=6))
def test_all_that_comes_after_the_number_lies_behind_the_place(
    before: list[tuple[str, int]], looks: list[tuple[list[tuple[str, int]], list[tuple[str, int]]]]
) -> None:
    log = Log()
    happen(log, before)
    begin = log.ends()
    standstill = IdlePosition(begin, {0: 0})
    moved = False
    for since_the_last_look, between_its_halves in looks:
        happen(log, since_the_last_look)
        ends = log.ends()
        happen(log, between_its_halves)
        moved |= standstill.look(ends, {0: log.recorded})
    if not moved:
        assert (standstill.begin, standstill.last) == (begin, {0: 0})
        return
    check([log], standstill)


def check(logs: list[Log], standstill: IdlePosition) -> None:
    """Everything that is not known to have been passed lies behind the place, or will."""
    highest = {
        log.shard: max(
            [standstill.last[log.shard], *(n for there in log.partitions.values() for s, n in there if s == log.shard)]
        )
        for log in logs
    }
    for log in logs:
        log.note_all(highest[log.shard])
    behind = {each for partition, there in logs[0].partitions.items() for each in there[standstill.begin[partition] :]}
    for log in logs:
        assert behind >= {(log.shard, n) for n in range(standstill.last[log.shard] + 1, highest[log.shard] + 1)}


of_shards = st.tuples(happenings, happenings)


@example((([("send", 3)]), []), [(([], []), ([], [])), (([("note", 1)], []), ([("send", 2)], []))])
@given(of_shards, st.lists(st.tuples(of_shards, of_shards), min_size=2, max_size=6))
def test_the_same_for_two_shards_that_write_to_the_same_partitions(
    before: tuple[list[tuple[str, int]], ...],
    looks: list[tuple[tuple[list[tuple[str, int]], ...], tuple[list[tuple[str, int]], ...]]],
) -> None:
    first = Log()
    logs = [first, Log(first.partitions, 1)]
    for log, happened in zip(logs, before, strict=True):
        happen(log, happened)
    standstill = IdlePosition(first.ends(), {0: 0, 1: 0})
    moved = False
    for since_the_last_look, between_its_halves in looks:
        for log, happened in zip(logs, since_the_last_look, strict=True):
            happen(log, happened)
        ends = first.ends()
        for log, happened in zip(logs, between_its_halves, strict=True):
            happen(log, happened)
        moved |= standstill.look(ends, {log.shard: log.recorded for log in logs})
    if moved:
        check(logs, standstill)


def test_a_shard_without_new_events_does_not_keep_the_others() -> None:
    (partition, *_) = PARTITIONS
    standstill = IdlePosition({partition: 10}, {0: 10, 1: 5})
    assert not standstill.look({partition: 30}, {0: Recorded(25, False), 1: Recorded(5, True)})
    assert standstill.look({partition: 60}, {0: Recorded(50, False), 1: Recorded(5, True)})
    assert (standstill.begin, standstill.last) == ({partition: 30}, {0: 50, 1: 5})
    assert not standstill.look({partition: 90}, {0: Recorded(70, False), 1: Recorded(5, False)})


def test_a_shard_that_has_begun_meanwhile_is_taken_along() -> None:
    (partition, *_) = PARTITIONS
    standstill = IdlePosition({partition: 10}, {0: 10})
    assert not standstill.look({partition: 30}, {0: Recorded(25, False)})
    assert standstill.look({partition: 60}, {0: Recorded(40, True), 1: Recorded(3, False)})
    assert (standstill.begin, standstill.last) == ({partition: 30}, {0: 40, 1: 3})


def test_it_moves_with_the_log_and_one_look_behind() -> None:
    (partition, *_) = PARTITIONS
    standstill = IdlePosition({partition: 10}, {0: 10})
    assert not standstill.look({partition: 30}, {0: Recorded(25, False)})
    assert (standstill.begin, standstill.last) == ({partition: 10}, {0: 10})
    assert standstill.look({partition: 60}, {0: Recorded(50, False)})
    assert (standstill.begin, standstill.last) == ({partition: 30}, {0: 50})
    assert not standstill.look({partition: 60}, {0: Recorded(50, False)})
    assert not standstill.look({partition: 62}, {0: Recorded(40, False)})
    assert (standstill.begin, standstill.last) == ({partition: 30}, {0: 50})
    assert standstill.look({partition: 99}, {0: Recorded(51, False)})
    assert (standstill.begin, standstill.last) == ({partition: 62}, {0: 51})


def test_where_all_is_published_nothing_is_read_again() -> None:
    (partition, *_) = PARTITIONS
    standstill = IdlePosition({partition: 10}, {0: 10})
    assert standstill.look({partition: 60}, {0: Recorded(50, True)})
    assert (standstill.begin, standstill.last) == ({partition: 60}, {0: 50})
    assert not standstill.look({partition: 60}, {0: Recorded(50, True)})
    assert not standstill.look({partition: 70}, {0: Recorded(40, True)})
    assert (standstill.begin, standstill.last) == ({partition: 60}, {0: 50})
