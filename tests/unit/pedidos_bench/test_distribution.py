"""Percentiles by nearest rank."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos_bench.distribution import percentile, quantiles

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=300)


def test_of_a_hundred_values() -> None:
    values = list(map(float, range(1, 101)))

    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1.0)) == (50.0, 99.0, 100.0)


def test_of_few_values_the_largest_is_the_99th() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0


def test_of_none_there_is_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@given(VALUES)
def test_quantiles_begin_with_the_least_and_end_with_the_largest(values: list[float]) -> None:
    found = quantiles(values)

    assert len(found) == 101
    assert (found[0], found[-1]) == (min(values), max(values))
    assert found == sorted(found)
    assert set(found) <= set(values)
