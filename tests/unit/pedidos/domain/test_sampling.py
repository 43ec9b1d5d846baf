"""Which ids are sampled."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pedidos.domain.sampling import (
    NEVER,
    RANDOM,
    WATCHED,
    least_key,
    root_span,
    sampled_part,
    threshold,
    traceparent,
)

ID = UUID("01900000-0000-7000-80ff-ffff00000001")


def test_ids_made_to_be_traced_are_sampled_at_every_ratio() -> None:
    assert ID.int & RANDOM >= WATCHED
    assert max(threshold(ratio) for ratio in (0, 0.000_01, 0.01, 0.5, 1)) == WATCHED
    assert threshold(1) == 0


@pytest.mark.parametrize("ratio", [0.01, 0.25, 0.5])
def test_the_ratio_is_that_of_the_random_bits(ratio: float) -> None:
    assert (NEVER - threshold(ratio)) / NEVER == pytest.approx(ratio)


@given(some.uuids(), some.integers(0, NEVER))
def test_the_text_of_an_id_says_the_same(order_id: UUID, least: int) -> None:
    by_number = order_id.int & RANDOM >= least
    assert (sampled_part(str(order_id).encode()) >= least_key(least)) == by_number


def test_the_trace_context_has_the_ids_of_the_order_and_its_first_span() -> None:
    assert traceparent(ID) == "00-01900000000070008" + "0ffffff00000001-80ffffff00000001-01"
    assert root_span(ID) == 0x80FFFFFF00000001
