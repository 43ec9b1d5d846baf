"""Ratings in the ledger: what it finds, and that it finds nothing where all is right."""

import pytest

from pedidos.domain.order import Status
from pedidos_drills.ledger.ratings import CountedRatings, StoredRating, problems

STATUSES = {"one": Status.DELIVERED, "two": Status.DELIVERED, "three": Status.CANCELLED}
RIGHT = [StoredRating("one", "pizzeria", 5), StoredRating("two", "pizzeria", 2)]
COUNTED = [CountedRatings("pizzeria", 2, 7)]


def test_nothing_is_found_where_all_is_right() -> None:
    assert list(problems(RIGHT, COUNTED, STATUSES)) == []
    assert list(problems([], [], STATUSES)) == []
    assert list(problems(RIGHT, None, STATUSES)) == []


@pytest.mark.parametrize(
    ("ratings", "counted", "order_id", "words"),
    [
        ([*RIGHT, StoredRating("one", "pizzeria", 1)], [CountedRatings("pizzeria", 3, 8)], "one", "rated 2 times"),
        ([*RIGHT, StoredRating("three", "bar", 1)], [*COUNTED, CountedRatings("bar", 1, 1)], "three", "is cancelled"),
        ([*RIGHT, StoredRating("gone", "bar", 1)], [*COUNTED, CountedRatings("bar", 1, 1)], "gone", "is not there"),
        ([StoredRating("one", "pizzeria", 6)], [CountedRatings("pizzeria", 1, 6)], "one", "6 stars"),
        (RIGHT, [CountedRatings("pizzeria", 3, 7)], None, "3 ratings with 7 stars are counted, there are 2 with 7"),
        (RIGHT, [CountedRatings("pizzeria", 2, 8)], None, "2 ratings with 8 stars"),
        (RIGHT, [*COUNTED, CountedRatings("bar", 1, 5)], None, "there are 0 with 0"),
        (RIGHT, [], None, "its 2 ratings are not counted"),
    ],
)
def test_each_fault_is_found(
    ratings: list[StoredRating], counted: list[CountedRatings], order_id: str | None, words: str
) -> None:
    ((said, of),) = problems(ratings, counted, STATUSES)
    assert (words in said, of) == (True, order_id)
