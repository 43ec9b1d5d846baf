"""Numbered things come back in order, each once, whatever order they were put in."""

from hypothesis import given
from hypothesis import strategies as st

from pedidos.processes.live.resequencer import Resequencer


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[int, int, list[list[int]]]:
    """Numbers after `last`, each at least once, shuffled, repeated, in batches; also old ones."""
    last = draw(st.integers(0, 20))
    count = draw(st.integers(0, 40))
    numbers = list(range(last + 1, last + count + 1))
    again = draw(st.lists(st.integers(max(0, last - 5), last + count), max_size=40))
    shuffled = draw(st.permutations(numbers + again))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=6)))
    return last, count, [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]


@given(deliveries())
def test_everything_once_in_order(delivery: tuple[int, int, list[list[int]]]) -> None:
    last, count, batches = delivery
    sequence: Resequencer[int] = Resequencer(last)
    taken = []
    for moment, batch in enumerate(batches):
        for number in batch:
            sequence.put(number, number)
        taken += sequence.take(float(moment))
    assert taken == list(range(last + 1, last + count + 1))
    assert sequence.gap_seconds(100.0) == 0.0


@given(deliveries(), st.sets(st.integers(1, 60)))
def test_skipping_leaves_out_only_what_never_came(delivery: tuple[int, int, list[list[int]]], lost: set[int]) -> None:
    last, count, batches = delivery
    sequence: Resequencer[int] = Resequencer(last)
    for number in (n for batch in batches for n in batch if n not in lost):
        sequence.put(number, number)
    taken = sequence.take(0.0)
    while sequence.skip():
        taken += sequence.take(0.0)
    assert taken == [n for n in range(last + 1, last + count + 1) if n not in lost]


def test_gap_is_dated_from_the_last_progress() -> None:
    sequence: Resequencer[str] = Resequencer(0)
    sequence.put(2, "b")
    assert sequence.take(10.0) == []
    assert sequence.gap_seconds(12.0) == 2.0
    sequence.put(4, "d")
    sequence.put(1, "a")
    assert sequence.take(13.0) == ["a", "b"]
    assert sequence.gap_seconds(13.5) == 0.5
    assert sequence.skip() == 1
    assert sequence.take(14.0) == ["d"]
    assert sequence.gap_seconds(99.0) == 0.0
    assert sequence.skip() == 0


def test_what_lies_beyond_reach_is_discarded() -> None:
    sequence = Resequencer[str](0)
    sequence.put(900, "forged")
    assert sequence.take(0.0) == []
    assert sequence.discard_beyond(100) == 1
    assert sequence.gap_seconds(10.0) == 0.0
    sequence.put(1, "one")
    sequence.put(3, "three")
    assert sequence.take(11.0) == ["one"]
    assert sequence.discard_beyond(100) == 0
    assert sequence.gap_seconds(15.0) == 4.0
