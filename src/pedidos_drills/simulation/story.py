"""What happened in a history, as text."""

from collections.abc import Sequence
from uuid import UUID


class Story:
    """orders: the orders placed, in their order. told: what happened; it names an order by its number in them."""

    def __init__(self) -> None:
        self.orders: list[UUID] = []
        self.told: list[str] = []

    def tell(self, words: str) -> None:
        self.told.append(words)

    def numbers(self, order_ids: Sequence[UUID]) -> str:
        return ",".join(str(self.orders.index(order_id)) for order_id in order_ids)
