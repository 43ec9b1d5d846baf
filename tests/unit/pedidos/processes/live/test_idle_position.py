"""Wherever reading goes on, nothing is missing: for any course of a relay that sends, notes down and is succeeded."""

from hypothesis import example, given
from hypothesis import strategies as st
from kafka import TopicPartition

from pedidos.processes.live.idle_position import IdlePosition

PARTITIONS = [TopicPartition("events", number) for number in range(3)]


class Log:
    """A topic, and relays that write to it: each sends what comes after the number noted down, then notes it down."""

    def __init__(self) -> None:
        self.partitions: dict[TopicPartition, list[int]] = {partition: [] for partition in PARTITIONS}
        self.noted = 0
        self.sent = 0
        self.written = 0

    def write(self, count: int) -> None:
        """Events that wait for the relay."""
        self.written += count

    def send(self, count: int) -> None:
        self.written = max(self.written, self.noted + count)
        for number in range(self.noted + 1, self.noted + count + 1):
            self.partitions[PARTITIONS[number * 7 % 3]].append(number)
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
    def all_of_it(self) -> bool:
        return self.noted == self.written

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
    standstill = IdlePosition(begin, 0)
    moved = False
    for since_the_last_look, between_its_halves in looks:
        happen(log, since_the_last_look)
        ends = log.ends()
        happen(log, between_its_halves)
        moved |= standstill.look(ends, log.noted, all_of_it=log.all_of_it)
    if not moved:
        assert (standstill.begin, standstill.last) == (begin, 0)
        return
    # What is sent will be noted down, or sent again by the next relay.
    highest = max([standstill.last, *(number for records in log.partitions.values() for number in records)])
    log.note()
    while log.noted < highest:
        log.send(1)
        log.note()
    behind = {
        number for partition, records in log.partitions.items() for number in records[standstill.begin[partition] :]
    }
    assert behind >= set(range(standstill.last + 1, highest + 1))


def test_it_moves_with_the_log_and_one_look_behind() -> None:
    (partition, *_) = PARTITIONS
    standstill = IdlePosition({partition: 10}, 10)
    assert not standstill.look({partition: 30}, 25, all_of_it=False)
    assert (standstill.begin, standstill.last) == ({partition: 10}, 10)
    assert standstill.look({partition: 60}, 50, all_of_it=False)
    assert (standstill.begin, standstill.last) == ({partition: 30}, 50)
    assert not standstill.look({partition: 60}, 50, all_of_it=False)
    assert not standstill.look({partition: 62}, 40, all_of_it=False)
    assert (standstill.begin, standstill.last) == ({partition: 30}, 50)
    assert standstill.look({partition: 99}, 51, all_of_it=False)
    assert (standstill.begin, standstill.last) == ({partition: 62}, 51)


def test_where_all_is_published_nothing_is_read_again() -> None:
    (partition, *_) = PARTITIONS
    standstill = IdlePosition({partition: 10}, 10)
    assert standstill.look({partition: 60}, 50, all_of_it=True)
    assert (standstill.begin, standstill.last) == ({partition: 60}, 50)
    assert not standstill.look({partition: 60}, 50, all_of_it=True)
    assert not standstill.look({partition: 70}, 40, all_of_it=True)
    assert (standstill.begin, standstill.last) == ({partition: 60}, 50)
