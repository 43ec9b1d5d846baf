"""One bad order never fails the rest of its batch."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.errors import DatabaseUnavailable
from pedidos.steps.execution.isolate import isolated


class BadOrder(Exception):
    """What an order can provoke."""


class Step:
    """Moves orders on, in groups, once each; fails on a group with a bad order in it, as a transaction does."""

    def __init__(self, bad: set[UUID], group: int) -> None:
        self.moved: list[UUID] = []
        self._bad = bad
        self._group = group

    def __call__(self, order_ids: Sequence[UUID]) -> Iterator[list[UUID]]:
        for start in range(0, len(order_ids), self._group):
            group = order_ids[start : start + self._group]
            if self._bad & set(group):
                raise BadOrder(str(group))
            moved = [order_id for order_id in group if order_id not in self.moved]
            self.moved.extend(moved)
            yield moved


batches = st.lists(st.uuids(), unique=True, min_size=1, max_size=60)


@given(batches, st.data(), st.integers(1, 60))
def test_all_but_the_bad_ones_move_once_and_each_bad_one_is_reported(
    order_ids: list[UUID], data: st.DataObject, group: int
) -> None:
    bad = data.draw(st.sets(st.sampled_from(order_ids)))
    step = Step(bad, group)
    told: list[UUID] = []
    yielded = [order_id for moved in isolated(step, order_ids, lambda one, _: told.append(one)) for order_id in moved]
    assert sorted(told) == sorted(bad)
    assert sorted(yielded) == sorted(step.moved) == sorted(set(order_ids) - bad)


def test_the_error_is_reported_with_the_order() -> None:
    order_id = UUID(int=1)
    told: list[tuple[UUID, Exception]] = []
    assert list(isolated(Step({order_id}, 1), [order_id], lambda one, error: told.append((one, error)))) == []
    ((one, error),) = told
    assert one == order_id
    assert isinstance(error, BadOrder)


def test_a_database_that_is_away_is_no_fault_of_the_order() -> None:
    calls = 0

    def away(_: Sequence[UUID]) -> Iterator[list[UUID]]:
        nonlocal calls
        calls += 1
        raise DatabaseUnavailable("server closed the connection")
        yield []

    told: list[UUID] = []
    with pytest.raises(DatabaseUnavailable):
        list(isolated(away, [UUID(int=n) for n in range(8)], lambda one, _: told.append(one)))
    assert told == []
    assert calls == 1
