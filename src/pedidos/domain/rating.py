"""What a customer says about an order that was delivered: stars, and a few words."""

from dataclasses import dataclass
from datetime import datetime

from pedidos.domain.order import Refusal, Status
from pedidos.sentence import Sentence

FEWEST_STARS, MOST_STARS = 1, 5
MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Rating:
    """comment: for the merchant; empty if there is none, or none any more."""

    stars: int
    comment: str
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class Average:
    """What all customers of a merchant think: how many ratings there are, at least one, and the sum of their stars."""

    ratings: int
    sum_of_stars: int

    @property
    def stars(self) -> float:
        """With one decimal."""
        return round(self.sum_of_stars / self.ratings, 1)


def may_rate(status: Status) -> Refusal | None:
    """Why an order that has no rating yet cannot be rated; None if it can."""
    if status is Status.DELIVERED:
        return None
    return Refusal(Sentence("An order can be rated once it was delivered."))


RATED_BEFORE = Refusal(Sentence("You have rated this order already."))
