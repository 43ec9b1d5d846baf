"""Which orders can be rated, and what ratings add up to."""

import pytest

from pedidos.domain.order import Status
from pedidos.domain.rating import Average, may_rate


@pytest.mark.parametrize("status", Status)
def test_what_was_delivered_can_be_rated_and_nothing_else(status: Status) -> None:
    assert (may_rate(status) is None) == (status is Status.DELIVERED)


@pytest.mark.parametrize(("ratings", "stars", "average"), [(1, 5, 5.0), (3, 13, 4.3), (3, 14, 4.7), (1000, 1001, 1.0)])
def test_an_average_has_one_decimal(ratings: int, stars: int, average: float) -> None:
    assert Average(ratings, stars).stars == average
