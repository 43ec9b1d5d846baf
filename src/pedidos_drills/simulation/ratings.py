"""The customers of a history rate their orders, in whatever state they are, and some of them twice."""

import random
from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.rating import FEWEST_STARS, MOST_STARS
from pedidos.storage.orders.ratings import rate

RATED = 0.5
"""How many of the orders."""
TWICE = 0.5


def rate_some(engine: Engine, dice: random.Random, customers: Mapping[UUID, UUID]) -> Iterator[str]:
    """Rates orders at random; yields what happened, as text. customers: of the orders."""
    for number, (order_id, customer) in enumerate(customers.items()):
        if dice.random() >= RATED:
            continue
        for _ in range(2 if dice.random() < TWICE else 1):
            stars = dice.randint(FEWEST_STARS, MOST_STARS)
            refusal = rate(engine, order_id, customer, stars, "")
            yield f"{stars} stars for {number}: {refusal.reason if refusal else 'rated'}"
