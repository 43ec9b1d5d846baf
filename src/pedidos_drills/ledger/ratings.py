"""Ratings: each is of an order that was delivered, and a merchant's are counted once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pedidos.domain.order import Status

MOST_STARS = 5


@dataclass(frozen=True, slots=True)
class StoredRating:
    order_id: str
    merchant_id: str
    stars: int


@dataclass(frozen=True, slots=True)
class CountedRatings:
    """What is counted for a merchant: how many ratings there are, and the sum of their stars."""

    merchant_id: str
    ratings: int
    stars: int


def problems(
    ratings: Sequence[StoredRating], counted: Sequence[CountedRatings] | None, statuses: Mapping[str, Status]
) -> Iterator[tuple[str, str | None]]:
    """What is wrong. counted: None if it is not known. statuses: of the orders, by id."""
    for order_id, times in Counter(each.order_id for each in ratings).items():
        if times > 1:
            yield f"was rated {times} times", order_id
    number: Counter[str] = Counter()
    stars: Counter[str] = Counter()
    for each in ratings:
        if statuses.get(each.order_id) is not Status.DELIVERED:
            yield f"was rated, and is {statuses.get(each.order_id, 'not there')}", each.order_id
        if not 1 <= each.stars <= MOST_STARS:
            yield f"has {each.stars} stars", each.order_id
        number[each.merchant_id] += 1
        stars[each.merchant_id] += each.stars
    if counted is None:
        return
    for told in counted:
        there = (number.pop(told.merchant_id, 0), stars[told.merchant_id])
        if (told.ratings, told.stars) != there:
            yield (
                f"merchant {told.merchant_id}: {told.ratings} ratings with {told.stars} stars are counted, there are"
                f" {there[0]} with {there[1]}",
                None,
            )
    yield from (
        (f"merchant {merchant}: its {times} ratings are not counted", None) for merchant, times in number.items()
    )
