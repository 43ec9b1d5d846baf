"""The orders that a line about a batch names."""

from collections.abc import Sequence
from uuid import UUID

MOST = 20


def some(order_ids: Sequence[UUID]) -> Sequence[UUID]:
    """The first orders of a batch: a line stays short, and the number of all is in it."""
    return order_ids[:MOST]
