"""What a client has seen: its text, and that nothing is missing or repeated after it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.cursor import START, Cursor
from pedidos.domain.seen import Seen
from pedidos.domain.sharding import part_of

cursors = st.builds(Cursor, st.integers(1, 10**18), st.integers(1, 10**17))
fronts = st.lists(cursors | st.just(START), min_size=1, max_size=16)


@given(fronts, cursors)
def test_its_text_means_the_same(reached: list[Cursor], base: Cursor) -> None:
    seen = Seen.of(reached, base)
    assert Seen.parse(str(seen)) == seen


@given(fronts, cursors, st.uuids(), cursors)
def test_an_event_is_seen_if_it_is_up_to_the_base_or_to_the_front_of_its_part(
    reached: list[Cursor], base: Cursor, order_id: UUID, event: Cursor
) -> None:
    seen = Seen.of(reached, base)
    expected = event <= base or event <= reached[part_of(order_id, len(reached))]
    assert seen.has(order_id, event) == expected
    assert (event <= seen.of_order(order_id)) == expected
    assert min(seen.cursors) == seen.floor <= max(*reached, base)


@given(fronts, cursors, cursors, st.uuids(), cursors)
def test_a_higher_floor_adds_what_is_below_it(
    reached: list[Cursor], base: Cursor, floor: Cursor, order_id: UUID, event: Cursor
) -> None:
    seen = Seen.of(reached, base)
    higher = max(floor, seen.floor)
    assert seen.raised(higher).has(order_id, event) == (seen.has(order_id, event) or event <= higher)


def test_with_one_shard_it_is_a_cursor() -> None:
    assert str(Seen.of([Cursor(770, 3)], Cursor(700, 0))) == "770-3"
    assert str(Seen.of([START], Cursor(700, 0))) == "700-0"
    assert Seen.parse("770-3") == Seen(Cursor(770, 3)), "as ids were before there were shards"


def test_with_several_shards_it_names_the_parts_that_are_ahead() -> None:
    seen = Seen.of([Cursor(775, 1), START, Cursor(774, 9)], Cursor(770, 0))
    assert str(seen) == "770-0.3.0-775-1.2-774-9"
    assert Seen.parse("770-0.3.0-775-1.2-774-9") == seen


@pytest.mark.parametrize(
    "text",
    [
        *("", "770", "770-", "770-3.", "770-3.3", "770-3.3.0", "770-3.3.0-775", "770-3.3.0-775-1.", "770-3.0-775-1"),
        *("770-3.2.2-775-1", "770-3.17.0-775-1", "770-3.3.0-775-1.0-776-1", "770-3.3.-0-775-1", "x770-3", "770-3 "),
        "770-3.٣.0-775-1",
        "9" * 20 + "-1",
    ],
)
def test_what_is_no_id(text: str) -> None:
    assert Seen.parse(text) is None
